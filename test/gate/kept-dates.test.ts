import assert from 'node:assert/strict';
import { driftOf } from '../../research/gate/drift.js';
import { planFolds } from '../../research/gate/fold-plan.js';
import { keptDates, rowsBefore } from '../../research/gate/kept-dates.js';
import { longestHole } from '../../research/gate/longest-hole.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { THRESHOLDS, tinySamples } from './tiny-market.js';

const samples = (days: number, seed = 1) => tinySamples({ seed, days, rowsPerDay: 60, signal: 0.3 });

describe('the dates that no head is trained on', () => {
  it('are the newest with regular hours, and at most a third of all', () => {
    const dated = withDates(samples(12), [
      ...[20_250_623, 20_250_624, 20_250_625, 20_250_626, 20_250_627, 20_250_630, 20_250_701, 20_250_702],
      // Independence Day has no regular hours of its own; a Saturday has none at all.
      ...[20_250_703, 20_250_705, 20_250_707, 20_250_708],
    ]);
    assert.deepEqual(keptDates([dated], 'ESU5', { ...THRESHOLDS, keptDates: 3 }), [20_250_703, 20_250_707, 20_250_708]);
    assert.equal(keptDates([dated], 'ESU5', { ...THRESHOLDS, keptDates: 100 }).length, 3);
    assert.deepEqual(keptDates([dated], 'ESU5', { ...THRESHOLDS, keptDates: 0 }), []);
  });

  it('are those of the book where a head looks at it, and end what every head learns', () => {
    const book = withDates(
      samples(9),
      [...Array(9).keys()].map((day) => 20_250_602 + day + (day > 4 ? 2 : 0)),
    );
    const bars = { ...samples(20), head: { ...samples(1).head, name: 'XGB_5m', sampling: 'bar' as const } };
    const more = withDates(
      bars,
      [...Array(20).keys()].map((day) => 20_250_602 + day),
    );
    const [from] = keptDates([book, more], 'ESU5', THRESHOLDS);
    assert.equal(from, 20_250_611);
    const learned = rowsBefore(more, from);
    assert.ok(learned.tradeDate.every((date) => date < from!) && learned.rows === 9 * 60);
    assert.equal(learned.features.length, learned.rows * learned.columns);
    assert.equal(rowsBefore(more, undefined), more);
  });

  it('are a block of their own, which no fold trains on', () => {
    const all = withDates(
      samples(14),
      [...Array(14).keys()].map((day) => 20_250_602 + day),
    );
    const plan = planFolds(all, THRESHOLDS, 20_250_614);
    assert.equal(plan.files!.fold, plan.folds.length);
    assert.deepEqual(
      [plan.files!.testRowFirst, plan.files!.testRowEnd, plan.files!.trainRows],
      [12 * 60, 14 * 60, 12 * 60],
    );
    assert.ok(plan.folds.every(({ testRowEnd }) => testRowEnd <= 12 * 60));
  });
});

describe('what the plan says of the data', () => {
  it('counts labels that end before their horizon, which purging would believe', () => {
    const all = samples(14);
    const early = { ...all, endMs: all.endMs.map((end, row) => (row % 10 === 0 ? end - 60_000 : end)) };
    assert.equal(planFolds(all, THRESHOLDS).earlyLabels, 0);
    assert.equal(planFolds(early, THRESHOLDS).earlyLabels, 84);
  });

  it('finds the longest hole in weekdays', () => {
    assert.equal(longestHole([20_250_606, 20_250_609]), null);
    assert.deepEqual(longestHole([20_250_606, 20_250_610, 20_250_620]), {
      ...{ weekdays: 7, after: 20_250_610, before: 20_250_620 },
    });
    assert.equal(longestHole([20_241_206, 20_250_704])!.weekdays, 149);
  });

  it('finds a feature that left what it was, and hardly ever one that did not, though lively dates follow lively ones', () => {
    let falsely = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const clustered = withLevels(samples(60, seed), seed);
      const [strongest] = driftOf(clustered, clustered.tradeDate[58 * 60]);
      if (strongest!.p < 0.001) falsely++;
    }
    assert.ok(falsely <= 1, `${falsely} of 40`);
    const moved = withLevels(samples(60), 1);
    for (let row = 58 * 60; row < moved.rows; row++) moved.features[4 * row + 3]! += 8;
    const [found] = driftOf(moved, moved.tradeDate[58 * 60]);
    assert.deepEqual([found!.of, found!.p < 0.001], ['noise_2', true]);
  });
});

/** Date levels of feature 3 that wander: each is nine tenths of the last. */
function withLevels(made: HeadSamples, seed: number): HeadSamples {
  let level = 0;
  let state = seed;
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let day = 0; day < made.rows / 60; day++) {
    level = 0.9 * level + (uniform() + uniform() + uniform() - 1.5);
    for (let row = 60 * day; row < 60 * day + 60; row++) made.features[4 * row + 3]! += level;
  }
  return made;
}

function withDates(made: HeadSamples, dates: readonly number[]): HeadSamples {
  return { ...made, tradeDate: made.tradeDate.map((_, row) => dates[Math.floor(row / 60)]!) };
}
