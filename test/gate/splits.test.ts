import assert from 'node:assert/strict';
import fc from 'fast-check';
import { combinatorialSplits, type Embargo, walkForwardSplits } from '../../research/gate/splits.js';
import type { LabelSpans } from '../../research/gate/time-order.js';

interface Sample {
  readonly start: number;
  readonly end: number;
}

const spansOf = (samples: readonly Sample[]): LabelSpans => ({
  startMs: samples.map(({ start }) => start),
  endMs: samples.map(({ end }) => end),
});
/** Few distinct times, so that starts, ends and boundaries coincide all the time; neither sorted nor of one length. */
const someSamples = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 })), { minLength: 8, maxLength: 60 })
  .map((pairs) => pairs.map(([start, length]) => ({ start, end: start + length })));
const someEmbargo: fc.Arbitrary<Embargo> = fc.oneof(
  fc.integer({ min: 0, max: 15 }).map((ms) => ({ ms })),
  fc.integer({ min: 0, max: 10 }).map((samples) => ({ samples })),
);

describe('purged splits', () => {
  it('drop exactly the samples that the definition drops, in every fold of combinatorial cross-validation', () => {
    fc.assert(
      fc.property(someSamples, someEmbargo, fc.integer({ min: 2, max: 6 }), (samples, embargo, groups) => {
        for (const testGroups of new Set([1, groups - 1])) {
          const folds = [...combinatorialSplits(spansOf(samples), { groups, testGroups, embargo })];
          const blocks = blocksOf(samples, groups);
          const expected = choices(groups, testGroups).map((chosen) =>
            plainFold(
              samples,
              chosen.map((group) => blocks[group]!),
              embargo,
              timeOrder(samples),
            ),
          );
          assert.deepEqual(folds.map(plain), expected);
        }
      }),
    );
  });

  it('drop exactly the samples that the definition drops, in every fold of walk-forward', () => {
    fc.assert(
      fc.property(someSamples, someEmbargo, fc.integer({ min: 1, max: 7 }), (samples, embargo, folds) => {
        const order = timeOrder(samples);
        const size = Math.floor(order.length / (folds + 1));
        const expected = Array.from({ length: folds }, (_, fold) => {
          const first = order.length - (folds - fold) * size;
          return plainFold(samples, [order.slice(first, first + size)], embargo, order.slice(0, first + size));
        });
        assert.deepEqual([...walkForwardSplits(spansOf(samples), { folds, embargo })].map(plain), expected);
      }),
    );
  });

  it('drop exactly the samples that the definition drops, with windows, gaps and sizes', () => {
    const size = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(someSamples, someEmbargo, size, size, fc.nat(4), (samples, embargo, testSize, trainSize, gap) => {
        const order = timeOrder(samples);
        const options = { testSize, trainSize, gap, embargo };
        if (trainSize + gap + testSize > order.length) {
          assert.throws(() => [...walkForwardSplits(spansOf(samples), options)], RangeError);
          return;
        }
        const expected = [];
        for (let first = trainSize + gap; first + testSize <= order.length; first += testSize) {
          const offered = order.slice(first - gap - trainSize, first - gap);
          expected.push(plainFold(samples, [order.slice(first, first + testSize)], embargo, offered));
        }
        assert.deepEqual([...walkForwardSplits(spansOf(samples), options)].map(plain), expected);
      }),
    );
  });

  it('leave no training label that meets a test span, and only past samples in walk-forward', () => {
    fc.assert(
      fc.property(someSamples, fc.integer({ min: 1, max: 7 }), (samples, folds) => {
        for (const { train, test } of walkForwardSplits(spansOf(samples), { folds, embargo: { ms: 0 } })) {
          const spanStart = Math.min(...Array.from(test, (row) => samples[row]!.start));
          for (const row of train) assert.ok(samples[row]!.end < spanStart);
        }
      }),
    );
  });

  it('take closed intervals: a label that ends when the test block starts is dropped, one a moment earlier stays', () => {
    const samples = [
      { start: 0, end: 9 },
      { start: 1, end: 10 },
      { start: 10, end: 11 },
      { start: 12, end: 13 },
    ];
    const [fold] = [...walkForwardSplits(spansOf(samples), { folds: 1, embargo: { ms: 0 } })];
    assert.deepEqual(plain(fold!), { train: [0], test: [2, 3] });
  });

  it('purge up to the latest end of a block, which need not be that of its last sample', () => {
    const samples = [
      { start: 0, end: 20 },
      { start: 1, end: 2 },
      { start: 20, end: 21 },
      { start: 21, end: 22 },
    ];
    const [first] = [...combinatorialSplits(spansOf(samples), { groups: 2, testGroups: 1, embargo: { ms: 0 } })];
    assert.deepEqual(plain(first!), { train: [3], test: [0, 1] });
  });

  it('purge from the first start of a block, not from the end of its first label', () => {
    const samples = Array.from({ length: 10 }, (_, day) => ({ start: day, end: day + 2 }));
    const second = [...combinatorialSplits(spansOf(samples), { groups: 2, testGroups: 1, embargo: { ms: 0 } })][1]!;
    assert.deepEqual(plain(second), { train: [0, 1, 2], test: [5, 6, 7, 8, 9] });
  });

  it('embargo up to and including its last moment', () => {
    const samples = [0, 1, 5, 6, 7, 8].map((start) => ({ start, end: start }));
    const trainAfter = (embargo: Embargo) =>
      plain([...combinatorialSplits(spansOf(samples), { groups: 3, testGroups: 1, embargo })][0]!).train;
    assert.deepEqual(trainAfter({ ms: 3 }), [2, 3, 4, 5]);
    assert.deepEqual(trainAfter({ ms: 4 }), [3, 4, 5]);
    assert.deepEqual(trainAfter({ ms: 6 }), [5]);
    assert.deepEqual(trainAfter({ samples: 3 }), [5]);
  });

  it('train on what lies between two test groups that do not touch', () => {
    const samples = Array.from({ length: 12 }, (_, start) => ({ start, end: start }));
    const folds = [...combinatorialSplits(spansOf(samples), { groups: 4, testGroups: 2, embargo: { ms: 1 } })];
    assert.equal(folds.length, 6);
    assert.deepEqual(plain(folds[2]!), { train: [4, 5, 6, 7, 8], test: [0, 1, 2, 9, 10, 11] });
  });

  it('keep only the newest samples of a rolling window, counted after purging', () => {
    const samples = Array.from({ length: 20 }, (_, start) => ({ start, end: start + 1 }));
    const options = { folds: 3, embargo: { ms: 0 }, trainSamplesMax: 4 };
    assert.deepEqual(
      [...walkForwardSplits(spansOf(samples), options)].map((fold) => plain(fold).train),
      [
        [0, 1, 2, 3],
        [5, 6, 7, 8],
        [10, 11, 12, 13],
      ],
    );
  });

  it('refuse too few samples, and labels that end before they start, by name', () => {
    assert.throws(
      () => [...walkForwardSplits(spansOf([{ start: 0, end: 1 }]), { folds: 1, embargo: { ms: 0 } })],
      /1 samples/,
    );
    const backwards = spansOf([
      { start: 0, end: 1 },
      { start: 5, end: 4 },
    ]);
    assert.throws(
      () => [...walkForwardSplits(backwards, { folds: 1, embargo: { ms: 0 } })],
      /sample 1 ends \(4\) before/,
    );
    const endless = spansOf([
      { start: 0, end: 1 },
      { start: Number.NaN, end: 4 },
    ]);
    assert.throws(() => [...walkForwardSplits(endless, { folds: 1, embargo: { ms: 0 } })], /sample 1 has no finite/);
  });

  it('split 200,000 overlapping samples without comparing each with each', () => {
    const rows = 200_000;
    const startMs = Float64Array.from({ length: rows }, (_, i) => i * 100);
    const endMs = startMs.map((start) => start + 10_000);
    const folds = [...combinatorialSplits({ startMs, endMs }, { groups: 10, testGroups: 2, embargo: { ms: 5000 } })];
    assert.equal(folds.length, 45);
    // Groups 0 and 9 tested: 101 rows are dropped after the first (100 overlap, 50 more embargoed) and 100 before the last.
    assert.equal(folds[8]!.train.length, 0.8 * rows - 150 - 100);
  });
});

const plain = ({ train, test }: { train: Int32Array; test: Int32Array }) => ({ train: [...train], test: [...test] });

function timeOrder(samples: readonly Sample[]): number[] {
  return samples
    .map((_, row) => row)
    .sort((a, b) => samples[a]!.start - samples[b]!.start || samples[a]!.end - samples[b]!.end || a - b);
}

function blocksOf(samples: readonly Sample[], groups: number): number[][] {
  const order = timeOrder(samples);
  return Array.from({ length: groups }, () => 0).map((_, group) => {
    const sizes = Array.from(
      { length: groups },
      (_, g) => Math.floor(order.length / groups) + (g < order.length % groups ? 1 : 0),
    );
    const first = sizes.slice(0, group).reduce((sum, size) => sum + size, 0);
    return order.slice(first, first + sizes[group]!);
  });
}

/** The definition, sample by sample and block by block. */
function plainFold(
  samples: readonly Sample[],
  blocks: readonly number[][],
  embargo: Embargo,
  offered: readonly number[],
) {
  const test = blocks.flat();
  const order = timeOrder(samples);
  const train = offered.filter((row) => {
    if (test.includes(row)) return false;
    const own = samples[row]!;
    return blocks.every((block) => {
      const spanStart = Math.min(...block.map((tested) => samples[tested]!.start));
      const spanEnd = Math.max(...block.map((tested) => samples[tested]!.end));
      const overlaps = own.start <= spanEnd && own.end >= spanStart;
      const later = order.filter((other) => samples[other]!.start > spanEnd);
      const embargoed =
        'ms' in embargo
          ? own.start > spanEnd && own.start <= spanEnd + embargo.ms
          : later.slice(0, embargo.samples).includes(row);
      return !overlaps && !embargoed;
    });
  });
  return { train, test };
}

function choices(total: number, size: number): number[][] {
  return Array.from({ length: 2 ** total }, (_, mask) =>
    Array.from({ length: total }, (_, i) => i).filter((i) => (mask >> i) & 1),
  )
    .filter((chosen) => chosen.length === size)
    .sort((a, b) =>
      a.findIndex((value, i) => value !== b[i]) >= 0
        ? a[a.findIndex((value, i) => value !== b[i])]! - b[a.findIndex((value, i) => value !== b[i])]!
        : 0,
    );
}
