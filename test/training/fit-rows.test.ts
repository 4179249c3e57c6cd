import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fitRows } from '../../research/training/fit-rows.js';
import { predictBooster } from '../../research/training/predict-booster.js';
import { uniquenessWeights } from '../../research/training/uniqueness.js';
import { library } from './library.js';
import { RECIPE, randomSamples } from './random-samples.js';

const samples = randomSamples(3000, 1, 4);
const rows = Int32Array.from({ length: samples.rows }, (_, row) => row);
const bytesOf = (booster: { modelJson: Uint8Array }) => Buffer.from(booster.modelJson).toString('base64');

describe('fitting a recipe', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-fit-'));
  after(() => rmSync(folder, { recursive: true }));

  it('gives the same bytes by one, two, three and eight threads', async () => {
    const fits = await Promise.all(
      [1, 2, 3, 8].map((threads) => fitRows({ samples, rows, recipe: RECIPE, library, threads })),
    );
    assert.equal(new Set(fits.map(bytesOf)).size, 1);
  });

  it('that is stopped anywhere goes on from its last checkpoint, and ends with the bytes of one that was left alone', async () => {
    const recipe = { ...RECIPE, rounds: 330, maxDepth: 2 };
    const checkpointFile = path.join(folder, 'one.checkpoint');
    const alone = await fitRows({ samples, rows, recipe, library, checkpointFile: path.join(folder, 'alone') });
    const begun: number[] = [];
    for (const stopAt of [150, 290, Number.POSITIVE_INFINITY]) {
      const stop = new AbortController();
      let first = 0;
      const onRound = (round: number) => {
        first ||= round;
        if (round >= stopAt) stop.abort(new Error('killed'));
      };
      const fit = fitRows({ samples, rows, recipe, library, checkpointFile, onRound, signal: stop.signal });
      if (stopAt < 330) await assert.rejects(fit, /killed/);
      else assert.equal(bytesOf(await fit), bytesOf(alone));
      begun.push(first);
    }
    assert.deepEqual(begun, [1, 101, 201]);
    // Without a place for it the bytes are the same: stretches are part of the recipe's meaning.
    assert.equal(bytesOf(await fitRows({ samples, rows, recipe, library })), bytesOf(alone));
  });

  it('loses at most the stretch that it was at where its process is killed, and ends with the same bytes', () => {
    const program = fileURLToPath(new URL('./fit-process.js', import.meta.url));
    const train = (checkpointFile: string, killAt: number) => {
      const args = ['--no-warnings', program, path.join(folder, checkpointFile), String(killAt)];
      const { stdout, signal } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      return { signal, first: Number(/first (\d+)/.exec(stdout)?.[1]), sha256: /sha256 (\w+)/.exec(stdout)?.[1] };
    };
    const alone = train('never-killed', 0);
    const killed = [60, 199, 305].map((killAt) => train('killed', killAt));
    assert.deepEqual(
      killed.map(({ signal, first }) => [signal, first]),
      [
        ['SIGKILL', 1],
        ['SIGKILL', 1],
        ['SIGKILL', 101],
      ],
    );
    const last = train('killed', 0);
    assert.deepEqual([last.first, last.sha256], [301, alone.sha256]);
  });

  it('takes nothing from a checkpoint of other rows, or a damaged one', async () => {
    const checkpointFile = path.join(folder, 'other.checkpoint');
    const recipe = { ...RECIPE, rounds: 120 };
    await fitRows({ samples, rows, recipe, library, checkpointFile });
    assert.ok(existsSync(checkpointFile));
    const fewer = rows.subarray(0, 2000);
    const expected = bytesOf(await fitRows({ samples, rows: fewer, recipe, library }));
    assert.equal(bytesOf(await fitRows({ samples, rows: fewer, recipe, library, checkpointFile })), expected);
    writeFileSync(checkpointFile, readFileSync(checkpointFile).subarray(0, 40));
    assert.equal(bytesOf(await fitRows({ samples, rows: fewer, recipe, library, checkpointFile })), expected);
  });

  it('stops where more rounds do not help on rows that were not trained on, and says after how many', async () => {
    const noise = randomSamples(1500, 0, 8);
    const all = Int32Array.from({ length: noise.rows }, (_, row) => row);
    const recipe = { ...RECIPE, rounds: 300, eta: 0.3, earlyStopRounds: 10 };
    const { rounds } = await fitRows({ samples: noise, rows: all, recipe, library });
    assert.ok(rounds < 30, `${rounds} rounds on noise`);
    const skilled = await fitRows({ samples, rows, recipe: { ...recipe, eta: 0.05 }, library });
    assert.ok(skilled.rounds > rounds, `${skilled.rounds}`);
  });

  it('lets a monotone feature move the probability one way only, and refuses it where it means nothing', async () => {
    const two = {
      ...samples,
      head: { ...samples.head, classes: 2 as const },
      label: samples.label.map((one) => (one === 2 ? 1 : 0)),
    };
    const [feature] = samples.head.features;
    const recipe = { ...RECIPE, monotone: { [feature!]: -1 as const } };
    const booster = await fitRows({ samples: two, rows, recipe, library });
    const base = samples.features.slice(0, samples.columns);
    const features = new Float32Array(new SharedArrayBuffer(4 * 21 * samples.columns));
    for (let step = 0; step <= 20; step++) {
      features.set(base, step * samples.columns);
      features[step * samples.columns] = -3 + 0.3 * step;
    }
    const job = { library, booster, features, rows: 21, columns: samples.columns, classes: 2 as const };
    const { margins } = await predictBooster(job);
    for (let step = 1; step <= 20; step++) assert.ok(margins[step]! <= margins[step - 1]!, `${step}: ${margins}`);
    await assert.rejects(fitRows({ samples, rows, recipe, library }), {
      type: 'UnusableRows',
      message: /three classes/,
    });
    const unknown = { ...RECIPE, monotone: { nothing: 1 as const } };
    await assert.rejects(fitRows({ samples: two, rows, recipe: unknown, library }), { message: /names nothing/ });
  });
});

describe('the uniqueness of labels', () => {
  it('is 1 for labels apart, and less the more of their time is shared', () => {
    const times = (starts: number[], length: number) => ({
      start: Float64Array.from(starts),
      end: Float64Array.from(starts, (one) => one + length),
      rows: Int32Array.from(starts, (_, at) => at),
    });
    const apart = times([0, 10, 20], 10);
    assert.deepEqual([...uniquenessWeights(apart.start, apart.end, apart.rows)], [1, 1, 1]);
    // By the starts as the clock: the first is alone at one of two, the second at none, the last always; over their mean.
    const mixed = times([0, 5, 30], 10);
    const weights = [...uniquenessWeights(mixed.start, mixed.end, mixed.rows)];
    for (const [at, expected] of [1, 2 / 3, 4 / 3].entries()) assert.ok(Math.abs(weights[at]! - expected) < 1e-6);
  });

  it('is that of the definition, moment by moment', () => {
    const random = randomSamples(200, 1, 9);
    const all = Int32Array.from({ length: random.rows }, (_, row) => row);
    const got = uniquenessWeights(random.startMs, random.endMs, all);
    const openAt = (moment: number) =>
      all.filter((row) => random.startMs[row]! <= moment && moment < random.endMs[row]!).length;
    const raw = Array.from(all, (row) => {
      const clock = [...random.startMs].filter((one) => one >= random.startMs[row]! && one < random.endMs[row]!);
      return clock.reduce((sum, one) => sum + 1 / openAt(one), 0) / clock.length;
    });
    const mean = raw.reduce((sum, one) => sum + one, 0) / raw.length;
    for (const row of all)
      assert.ok(Math.abs(got[row]! - raw[row]! / mean) < 1e-5, `${row}: ${got[row]} ${raw[row]! / mean}`);
  });
});
