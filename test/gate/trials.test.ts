import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { concludeGate } from '../../research/gate/conclude-gate.js';
import { gatherEvidence } from '../../research/gate/gather-evidence.js';
import { readTrials, recordTrial, type Trial } from '../../research/gate/trials.js';
import { tinyRecipe, tinyRun, tinySamples } from './tiny-market.js';

const trialNamed = (runId: string, sharpePerDay = 0.1): Trial => ({
  ...{ runId, sharpePerDay, tradeDates: 24 },
  daily: [],
});

describe('the ledger of trials', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'believe-trials-'));
    file = path.join(folder, 'gate', 'trials.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('counts a run once, however often its step is repeated', async () => {
    for (const runId of ['a', 'b', 'a', 'b', 'b']) await recordTrial(file, trialNamed(runId));
    assert.deepEqual(
      (await readTrials(file)).map(({ runId }) => runId),
      ['a', 'b'],
    );
  });

  it('is empty before the first trial', async () => {
    assert.deepEqual(await readTrials(file), []);
  });

  it('loses no trial and keeps no half line when a writer was killed in the middle of one', async () => {
    await recordTrial(file, trialNamed('lauf-ü'));
    await appendFile(file, '{"runId":"b","sharpeP');
    assert.deepEqual(
      (await readTrials(file)).map(({ runId }) => runId),
      ['lauf-ü'],
    );
    await recordTrial(file, trialNamed('b'));
    assert.deepEqual(
      (await readTrials(file)).map(({ runId }) => runId),
      ['lauf-ü', 'b'],
    );
    assert.equal((await readFile(file, 'utf8')).split('\n').length, 3);
  });

  it('names the line that is no trial', async () => {
    await recordTrial(file, trialNamed('a'));
    await writeFile(file, `${await readFile(file, 'utf8')}{"runId":7}\n`);
    await assert.rejects(readTrials(file), /trials\.jsonl \(line 2\): is not a trial/);
  });

  it('deflates by every trial ever run, this one included', async () => {
    const samples = [tinySamples({ seed: 1, days: 20, rowsPerDay: 60, signal: 0.3 })];
    const run = await tinyRun({ samples, candidate: tinyRecipe(0), prior: null });
    const earlier = Array.from({ length: 4 }, (_, i) => trialNamed(`earlier-${i}`));
    const alone = gatherEvidence(run, []).evidence;
    const fifth = gatherEvidence(run, earlier).evidence;
    assert.deepEqual([alone.trials.count, fifth.trials.count], [1, 5]);
    assert.equal(alone.portfolio!.candidate.deflatedSharpe, alone.portfolio!.candidate.probabilisticSharpe);
    assert.ok(fifth.portfolio!.candidate.deflatedSharpe < alone.portfolio!.candidate.deflatedSharpe);
    assert.equal(gatherEvidence(run, [...earlier, trialNamed(run.runId)]).evidence.trials.count, 5);
  });

  it('takes the scatter of the ledger only where that is many trials, and never less than that of worthless ones', async () => {
    const samples = [tinySamples({ seed: 1, days: 20, rowsPerDay: 60, signal: 0.3 })];
    const run = await tinyRun({ samples, candidate: tinyRecipe(0), prior: null });
    const trialsOf = (sharpes: number[]) =>
      gatherEvidence(
        run,
        sharpes.map((sharpe, i) => trialNamed(`t${i}`, sharpe)),
      ).evidence.trials;
    const ofNull = { sharpeVariance: 1 / 11, source: 'null' };
    assert.deepEqual(trialsOf([5, -5]), { count: 3, ...ofNull });
    assert.deepEqual(trialsOf(new Array(20).fill(0.4)).source, 'null');
    assert.equal(trialsOf(Array.from({ length: 20 }, (_, i) => i - 10)).source, 'ledger');
  });

  it('holds a trial before the verdict is known, and gives the same report when the step is repeated', async () => {
    const samples = [tinySamples({ seed: 1, days: 20, rowsPerDay: 60, signal: 0 })];
    const run = await tinyRun({ samples, candidate: tinyRecipe(0), prior: null });
    const first = await concludeGate(run, file);
    assert.equal(first.verdict.verdict, 'hold');
    assert.deepEqual(await concludeGate(run, file), first);
    assert.deepEqual(
      (await readTrials(file)).map(({ runId }) => runId),
      ['run-1'],
    );
  });
});
