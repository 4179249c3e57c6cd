import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { diffDecisions } from '../../research/replay/diff-decisions.js';
import { openEventStream } from '../../research/replay/event-stream.js';
import { loadReplayHeads } from '../../research/replay/load-heads.js';
import { replay } from '../../research/replay/replay.js';
import type { HeadSet } from '../../shared/model/heads/head-set.js';
import { releaseFiles } from '../heads/release-files.js';
import { ES_SAMPLE, unpacked } from '../market/sample-file.js';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const believe = async (...args: string[]) => (await run(process.execPath, [MAIN, ...args])).stdout;

describe('a replay', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-replay-'));
  const candidate = path.join(folder, 'candidate');
  let heads: HeadSet;
  before(async () => {
    for (const [name, bytes] of await releaseFiles()) {
      mkdirSync(path.dirname(path.join(candidate, name)), { recursive: true });
      writeFileSync(path.join(candidate, name), bytes);
    }
    ({ heads } = await loadReplayHeads(candidate));
  });
  after(async () => {
    await heads.release();
    rmSync(folder, { recursive: true });
  });

  it('gives the same digest twice, for any batches, and in another process', async () => {
    const once = await replay([await openEventStream(ES_SAMPLE)], { heads });
    const small = await replay([await openEventStream(ES_SAMPLE, { batchEvents: 100 })], { heads });
    assert.deepEqual(small, once);
    assert.equal(once.events, 21_415);
    assert.ok(once.decisions > 250);
    const other = JSON.parse(await believe('replay', '--file', ES_SAMPLE, '--release', candidate, '--json')) as object;
    assert.deepEqual({ ...other, ...once }, other);
  });

  it('computes features alone where no heads are named', async () => {
    const { events, decisions, digest } = await replay([await openEventStream(ES_SAMPLE)], { heads: null });
    assert.deepEqual([events, decisions], [21_415, 0]);
    const again = JSON.parse(await believe('replay', '--file', ES_SAMPLE, '--json')) as { digest: string };
    assert.equal(again.digest, digest);
  });

  it('is told apart from one of a changed market at the first event after the change, feature by feature', async () => {
    const lines = unpacked(ES_SAMPLE).split('\n');
    const at = lines.findIndex((line, i) => i > 12_000 && line.includes('"kind":"trade"'));
    lines[at] = lines[at]!.replace(/"size":(\d+)/, (_, size: string) => `"size":${Number(size) + 7}`);
    const changed = path.join(folder, 'changed.jsonl');
    writeFileSync(changed, lines.join('\n'));
    const [a, b] = [path.join(folder, 'a.jsonl'), path.join(folder, 'b.jsonl')];
    await believe('replay', '--file', ES_SAMPLE, '--release', candidate, '--decisions', a);
    await believe('replay', '--file', changed, '--release', candidate, '--decisions', b);
    const { same, first, compared } = await diffDecisions(a, b);
    assert.equal(same, false);
    assert.ok(first && compared > 0);
    // The sample's lines carry no seq: events are numbered from 0, behind the header line.
    assert.ok(first.seq >= at - 1 && first.seq - at < 500, `event ${first.seq}, line ${at}`);
    const names = first.inputs.map(({ name }) => name);
    assert.ok(names.includes('Tick_ML.volume_60s'), names.join());
    const volume = first.inputs.find(({ name }) => name === 'Tick_ML.volume_60s')!;
    assert.equal(Number(volume.b) - Number(volume.a), 7);
    assert.ok(!names.includes('F2_dom.spread'), 'only what differs is named');
    await assert.rejects(believe('replay', 'diff', a, b), { code: 1 });
    assert.deepEqual(await diffDecisions(a, a), {
      compared: readFileSync(a, 'utf8').trim().split('\n').length,
      same: true,
      first: null,
    });
  });

  it('refuses wrong usage with exit code 2, and what cannot be read with 1', async () => {
    await assert.rejects(believe('replay'), { code: 2 });
    await assert.rejects(believe('replay', '--file', ES_SAMPLE, '--instrument', 'NQU9'), {
      code: 1,
      stderr: /about ESU9, not NQU9/,
    });
    await assert.rejects(believe('replay', '--file', ES_SAMPLE, '--release', '/nowhere'), {
      code: 1,
      stderr: /no such file/,
    });
    await assert.rejects(believe('replay', 'parity', '--home', folder), { code: 1, stderr: /no such folder/ });
  });
});
