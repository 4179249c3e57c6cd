import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { predictBooster } from '../../research/training/predict-booster.js';
import { type TrainingJob, trainBooster } from '../../research/training/train-booster.js';
import type { Failure } from '../../shared/failure.js';
import { library } from './library.js';
import { RECIPE, randomMatrix } from './random-samples.js';

const matrix = randomMatrix({ rows: 3000, columns: 9, classes: 3, missingShare: 0.1, seed: 1 });

function train(change: Partial<TrainingJob> = {}) {
  return trainBooster({ library, ...matrix, recipe: RECIPE, ...change });
}

async function failureOf(change: Partial<TrainingJob>): Promise<Failure> {
  return train(change).then(
    () => assert.fail('the training was accepted'),
    (error: Failure) => error,
  );
}

describe('training a booster', () => {
  it('gives the same bytes again, on a thread that was used and on one or two cores', async () => {
    const first = await train();
    const others = [await train(), await train({ threads: 2 }), await train({ onRound: () => undefined })];
    const differently = await train({ recipe: { ...RECIPE, seed: 8 } });
    for (const other of others) assert.ok(Buffer.from(other.modelJson).equals(first.modelJson));
    assert.ok(!Buffer.from(differently.modelJson).equals(first.modelJson));
    assert.equal(first.librarySha256, library.sha256);
  });

  it('gives the same bytes when fits run at the same time as when they run alone', async () => {
    const alone = await train();
    const together = await Promise.all([train(), train({ recipe: { ...RECIPE, seed: 9 } }), train(), train()]);
    for (const at of [0, 2, 3]) assert.ok(Buffer.from(together[at]!.modelJson).equals(alone.modelJson));
  });

  it('trains on chosen rows as it would on a copy of them', async () => {
    const rowIndices = Int32Array.from({ length: 1000 }, (_, i) => (i * 7) % 3000);
    const copied = {
      features: new Float32Array(1000 * matrix.columns),
      label: Uint8Array.from(rowIndices, (row) => matrix.label[row]!),
    };
    rowIndices.forEach((row, at) => {
      copied.features.set(
        matrix.features.subarray(row * matrix.columns, (row + 1) * matrix.columns),
        at * matrix.columns,
      );
    });
    const chosen = await train({ rowIndices });
    const copy = await train({ ...copied, rows: 1000 });
    assert.ok(Buffer.from(chosen.modelJson).equals(copy.modelJson));
  });

  it('reports every round in order, with a training loss that falls', async () => {
    const rounds: { round: number; of: number; loss: number }[] = [];
    await train({ onRound: (round, of, loss) => rounds.push({ round, of, loss }) });
    assert.deepEqual(
      rounds.map(({ round, of }) => [round, of]),
      Array.from({ length: RECIPE.rounds }, (_, i) => [i + 1, RECIPE.rounds]),
    );
    assert.ok(rounds.at(-1)!.loss < rounds[0]!.loss);
    assert.ok(rounds[0]!.loss < Math.log(3));
  });

  it('leaves the event loop free: it turns between the rounds', async () => {
    const large = randomMatrix({ rows: 20_000, columns: 9, classes: 3, missingShare: 0.1, seed: 2 });
    let turns = 0;
    let turnsAtLastRound = 0;
    let roundsAfterATurn = 0;
    let running = true;
    const beat = () => {
      turns++;
      if (running) setImmediate(beat);
    };
    beat();
    await train({
      ...large,
      recipe: { ...RECIPE, rounds: 60 },
      onRound: () => {
        if (turns > turnsAtLastRound) roundsAfterATurn++;
        turnsAtLastRound = turns;
      },
    });
    running = false;
    assert.ok(roundsAfterATurn > 10, `${roundsAfterATurn} of 60 rounds came after a turn of the loop`);
  });

  it('stops between two rounds when it is aborted, and trains again afterwards', async () => {
    const controller = new AbortController();
    const rounds: number[] = [];
    const stopped = train({
      recipe: { ...RECIPE, rounds: 5000 },
      signal: controller.signal,
      onRound: (round) => {
        rounds.push(round);
        if (round === 3) controller.abort(new Error('the ship was aborted'));
      },
    });
    await assert.rejects(stopped, /the ship was aborted/);
    assert.ok(rounds.length < 5000);
    assert.ok((await train()).modelJson.length > 0);
  });

  it('does not begin for a signal that is aborted already', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await assert.rejects(train({ signal, onRound: () => assert.fail('a round ran') }), /too late/);
  });
});

describe('what cannot be trained on', () => {
  it('is refused with the row and the column of an infinity, in the order of the samples', async () => {
    const features = matrix.features.slice();
    features[2000 * matrix.columns + 4] = Number.NEGATIVE_INFINITY;
    const columnNames = Array.from({ length: matrix.columns }, (_, i) => `feature_${i}`);
    const rowIndices = Int32Array.from([5, 6, 7, 2000]);
    const failure = await failureOf({ features, columnNames, rowIndices });
    assert.equal(failure.type, 'UnusableRows');
    assert.match(failure.message, /row 2000, column 4 \(feature_4\) is -Infinity/);
    assert.ok(failure.fix);
  });

  it('is refused where shapes and rows do not fit together', async () => {
    const cases: [Partial<TrainingJob>, RegExp][] = [
      [{ rows: 0, label: new Uint8Array(0) }, /0 rows x 9 columns/],
      [{ columns: 0 }, /3000 rows x 0 columns/],
      [{ rows: 1.5 }, /1.5 rows/],
      [{ features: matrix.features.subarray(1) }, /26999 values cannot hold 3000 rows x 9 columns/],
      [{ label: new Uint8Array(2999) }, /2999 labels for 3000 rows/],
      [{ rowIndices: new Int32Array(0) }, /no rows were chosen/],
      [{ rowIndices: Int32Array.of(0, 3000) }, /row 3000 was chosen of 3000 rows/],
      [{ rowIndices: Int32Array.of(-1, 2) }, /row -1/],
    ];
    for (const [change, message] of cases) {
      const failure = await failureOf(change);
      assert.equal(failure.type, 'UnusableRows');
      assert.match(failure.message, message);
    }
  });

  it('is refused where labels are of one class, or of none that exists', async () => {
    const single = await failureOf({ label: new Uint8Array(3000).fill(1) });
    assert.match(single.message, /all 3000 rows have class 1/);
    const unknown = await failureOf({ classes: 2 });
    assert.match(unknown.message, /has class 2, of 2 classes/);
  });

  it("is refused with libxgboost's own words", async () => {
    const failure = await failureOf({ recipe: { ...RECIPE, eta: 'x' as unknown as number } });
    assert.equal(failure.type, 'Xgboost');
    assert.match(failure.message, /learning_rate expect float but value='x'/);
    assert.doesNotMatch(failure.message, /Stack trace/);
    const booster = { modelJson: Buffer.from('{"version": 1}') };
    await assert.rejects(predictBooster({ library, ...matrix, booster }), { type: 'Xgboost' });
  });
});

describe('a library that is not the pinned one', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-library-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is refused when it is missing, changed or no library', async () => {
    const missing = { ...library, path: path.join(folder, 'none.so') };
    assert.equal((await failureOf({ library: missing })).type, 'LibraryMissing');
    const changed = path.join(folder, 'changed.so');
    copyFileSync(library.path, changed);
    writeFileSync(changed, 'x', { flag: 'a' });
    assert.equal((await failureOf({ library: { ...library, path: changed } })).type, 'LibraryChanged');
    const text = path.join(folder, 'text.so');
    writeFileSync(text, '');
    const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    assert.equal((await failureOf({ library: { path: text, sha256 } })).type, 'Xgboost');
  });
});
