import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('believe gate', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'believe-gate-'));
  });
  after(() => rm(folder, { recursive: true }));

  const run = async (verb: string, option: string, input: unknown) => {
    const file = path.join(folder, 'input.json');
    await writeFile(file, typeof input === 'string' ? input : JSON.stringify(input));
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'gate', verb, option, file, '--json'], {
      encoding: 'utf8',
    });
    return { status, stderr, result: status === 0 ? JSON.parse(stdout) : null };
  };
  const splits = (input: unknown) => run('splits', '--config', input);
  const stats = (input: unknown) => run('stats', '--input', input);
  const minutely = (count: number) => Array.from({ length: count }, (_, i) => ({ start: i, end: i + 1 }));

  it('prints walk-forward folds, each training label ended before its test block', async () => {
    const { result } = await splits({ method: 'walk-forward', folds: 3, samples: minutely(8) });
    assert.deepEqual(result, {
      folds: [
        { train: [0], test: [2, 3] },
        { train: [0, 1, 2], test: [4, 5] },
        { train: [0, 1, 2, 3, 4], test: [6, 7] },
      ],
    });
  });

  it('prints k-fold and combinatorial folds with an embargo in time or in samples', async () => {
    const samples = minutely(9);
    const kfold = await splits({ method: 'kfold', folds: 3, embargoMs: 1, samples });
    assert.deepEqual(kfold.result.folds[0], { train: [5, 6, 7, 8], test: [0, 1, 2] });
    const shares = await splits({ method: 'kfold', folds: 3, embargoFraction: 0.23, samples });
    assert.deepEqual(shares.result.folds[0], { train: [6, 7, 8], test: [0, 1, 2] });
    const pairs = await splits({ method: 'combinatorial', groups: 3, testGroups: 2, samples });
    assert.deepEqual(pairs.result.folds.length, 3);
  });

  it('reads samples from a CSV beside the file, with times as numbers or ISO 8601', async () => {
    const rows = ['start,end', '2024-01-02T14:30:00Z,2024-01-02T14:31:00Z', '1704205920000,1704205980000', ''];
    await writeFile(path.join(folder, 'samples.csv'), rows.join('\r\n'));
    const { result } = await splits({ method: 'walk-forward', folds: 1, samples: 'samples.csv' });
    assert.deepEqual(result, { folds: [{ train: [0], test: [1] }] });
  });

  it('names the line of a CSV row that is no sample', async () => {
    await writeFile(path.join(folder, 'samples.csv'), 'start,end\n1,2\n3,soon\n');
    const { status, stderr } = await splits({ method: 'walk-forward', folds: 1, samples: 'samples.csv' });
    assert.equal(status, 1);
    assert.match(stderr, /samples\.csv \(line 3\): end "soon" must be milliseconds/);
  });

  it('takes plain decimals and days that there are, and quotes what is none', async () => {
    for (const cell of [
      '0x10',
      '1e3',
      ' 5',
      '5.',
      '+5',
      'Infinity',
      '',
      '2024-02-30T00:00:00Z',
      '2024-01-02T24:00:00Z',
    ]) {
      await writeFile(path.join(folder, 'samples.csv'), `start,end\n1,2\n${cell},4\n`);
      const { status, stderr } = await splits({ method: 'walk-forward', folds: 1, samples: 'samples.csv' });
      assert.equal(status, 1, cell);
      assert.ok(stderr.includes(`(line 3): start "${cell}" must be milliseconds`), stderr);
    }
  });

  it('prints walk-forward folds of sizes that are asked for, with a gap', async () => {
    const samples = Array.from({ length: 10 }, (_, i) => ({ start: 10 * i, end: 10 * i }));
    const { result } = await splits({ method: 'walk-forward', testSize: 2, trainSize: 3, gap: 1, samples });
    assert.deepEqual(result.folds, [
      { train: [0, 1, 2], test: [4, 5] },
      { train: [2, 3, 4], test: [6, 7] },
      { train: [4, 5, 6], test: [8, 9] },
    ]);
    const purged = samples.map(({ start }) => ({ start, end: start + 10 }));
    const windows = await splits({ method: 'walk-forward', folds: 1, testSize: 2, trainSize: 3, samples: purged });
    // The label of row 7 ends where the test block begins.
    assert.deepEqual(windows.result.folds, [{ train: [5, 6], test: [8, 9] }]);
    const last = await splits({ method: 'kfold', folds: 3, remainder: 'last', samples: minutely(8) });
    assert.deepEqual(
      last.result.folds.map(({ test }: { test: number[] }) => test),
      [
        [0, 1],
        [2, 3],
        [4, 5, 6, 7],
      ],
    );
  });

  it('exits with 2 and names the field on wrong use', async () => {
    const samples = minutely(9);
    const wrong: [unknown, RegExp][] = [
      [{ method: 'shuffle', samples }, /method/],
      [{ method: 'kfold', samples }, /folds/],
      [{ method: 'combinatorial', groups: 3, testGroups: 3, samples }, /testGroups: must be smaller/],
      [
        { method: 'kfold', folds: 3, embargoMs: 1, embargoFraction: 0.1, samples },
        /embargoFraction: cannot be combined/,
      ],
      [{ method: 'kfold', folds: 3, samples: 'nowhere.csv' }, /samples: cannot read/],
      [
        { method: 'kfold', folds: 3, samples: [...samples, { start: 1, end: 'soon' }] },
        /samples: sample 9, end: must be milliseconds/,
      ],
      [{ method: 'kfold', folds: 3, samples: [...samples, { start: 1 }] }, /samples: sample 9, end: must be/],
      [{ method: 'walk-forward', samples }, /folds: is missing: give folds, or testSize/],
      [
        { method: 'walk-forward', folds: 2, testSize: 4, gap: 1, samples },
        /9 samples cannot make 2 .*4 to test, 1 between/,
      ],
      [
        { method: 'walk-forward', testSize: 3, trainSize: 8, samples },
        /9 samples cannot make any .*3 to test, 8 to train/,
      ],
      [{ method: 'kfold', folds: 3, remainder: 'middle', samples }, /remainder/],
      [{ method: 'kfold', folds: 12, samples }, /9 samples cannot make 12 groups/],
      [
        { method: 'kfold', folds: 3, samples: [{ start: 1, end: 0 }, ...samples] },
        /sample 0 ends \(0\) before it starts/,
      ],
      [{ method: 'combinatorial', groups: 40, testGroups: 20, samples: minutely(40) }, /are more than/],
      ['{', /is not JSON/],
    ];
    for (const [input, message] of wrong) {
      const { status, stderr } = await splits(input);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    }
  });

  it('prints Sharpe ratio, deflation and probability of overfitting', async () => {
    const returns = Array.from({ length: 40 }, (_, t) => Math.sin(t * t) + 0.3);
    const worse = returns.map((value) => value - 1);
    const { result } = await stats({ returns, trials: 10, returnsByTrial: [returns, worse], partitions: 4 });
    assert.equal(result.pbo, 0);
    assert.equal(result.pboCombinations, 6);
    assert.equal(result.trials, 10);
    assert.equal(result.trialSharpeVarianceSource, 'returnsByTrial');
    assert.ok(result.deflatedSharpe < result.psr);
    const alone = await stats({ returns });
    assert.deepEqual([alone.result.trials, alone.result.pbo], [1, null]);
    assert.equal(alone.result.deflatedSharpe, alone.result.psr);
  });

  it('prints how one series of losses compares with another, with the lag that was used, and bootstraps its mean', async () => {
    const d = Array.from({ length: 60 }, (_, t) => Math.sin(t * t) + 0.2);
    const { result } = await stats({ d, horizon: 3, bootstrap: {} });
    assert.deepEqual(Object.keys(result), ['dieboldMariano', 'bootstrap']);
    const { dieboldMariano, bootstrap } = result;
    assert.deepEqual([dieboldMariano.horizon, dieboldMariano.lag, dieboldMariano.observations], [3, 6, 60]);
    assert.ok(dieboldMariano.pWorse > 0 && dieboldMariano.pWorse < 0.5);
    assert.deepEqual([bootstrap.of, bootstrap.blockLength, bootstrap.draws], ['d', 4, 2000]);
    assert.ok(bootstrap.low < bootstrap.estimate && bootstrap.estimate < bootstrap.high);
    assert.equal((await stats({ d, horizon: 3, lag: 2 })).result.dieboldMariano.lag, 2);
  });

  it('names the field of statistics that cannot be computed', async () => {
    const wrong: [unknown, RegExp][] = [
      [{ returns: [0.1] }, /returns/],
      [{}, /returns: is missing, and so are d, and y with p/],
      [{ d: [1, 2], trials: 3 }, /trials: needs returns/],
      [{ d: [1, 2], horizon: 2 }, /horizon: is 2, and d has only 2 values/],
      [{ d: [1, 2], bootstrap: { blockLength: 3 } }, /bootstrap: blocks of 3 cannot be drawn from 2 values/],
      [{ returns: [1, 2], horizon: 1 }, /horizon: needs d/],
      [{ y: [0, 1] }, /p: is missing/],
      [{ y: [0, 1, 1], p: [0.1, 0.2] }, /p: has 2 rows, y has 3/],
      [{ y: [0, 2], p: [0.1, 0.2] }, /y: row 1 is class 2, and p has the classes 0 to 1/],
      [
        {
          y: [0, 1],
          p: [
            [0.1, 0.9],
            [0.5, 0.6],
          ],
        },
        /p: row 1 adds up to 1\.1, not to 1/,
      ],
      [
        {
          y: [0, 1],
          p: [
            [0.1, 0.9],
            [0.5, 0.4, 0.1],
          ],
        },
        /p: row 1 has 3 classes, row 0 has 2/,
      ],
      [{ returns: [0.1, 'x'] }, /returns\.1/],
      [{ returns: [0.1, 0.1, 0.1] }, /returns: all are equal/],
      [{ returns: [0.1, 0.2], trials: 1, trialSharpes: [1, 2] }, /trials: is 1, but 2 trials are listed/],
      [
        {
          returns: [0.1, 0.2],
          returnsByTrial: [
            [1, 2],
            [1, 2, 3],
          ],
        },
        /returnsByTrial: trial 1 has 3 returns/,
      ],
      [{ returns: [0.1, 0.2], trialSharpes: [1, 2], trialSharpeVariance: 1 }, /trialSharpeVariance/],
      [
        {
          returns: [0.1, 0.2],
          returnsByTrial: [
            [1, 2],
            [2, 1],
          ],
          partitions: 4,
        },
        /partitions: 4 parts/,
      ],
    ];
    for (const [input, message] of wrong) {
      const { status, stderr } = await stats(input);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    }
  });
});
