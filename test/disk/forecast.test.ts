import assert from 'node:assert/strict';
import fc from 'fast-check';
import { daysUntilFull, type Growing, sizeIn } from '../../cli/disk/forecast.js';
import { lately, lookedBackDays } from '../../cli/disk/measure-place.js';

const DAY_MS = 86_400_000;

/** Day after day, each day's bytes as a heap of its own that is deleted when it is too old: what the forecast has in short. */
function dayByDay(place: Growing, days: number): number {
  const heaps: { bytes: number; goneOn: number }[] = [];
  // What is there now is as if written evenly over the days that it is kept, or for good.
  if (place.keptDays === null) heaps.push({ bytes: place.sizeBytes, goneOn: Number.POSITIVE_INFINITY });
  else
    for (let age = 0; age < place.keptDays; age++)
      heaps.push({ bytes: place.sizeBytes / place.keptDays, goneOn: place.keptDays - age });
  for (let day = 1; day <= days; day++)
    heaps.push({ bytes: place.perDayBytes, goneOn: day + (place.keptDays ?? Number.POSITIVE_INFINITY) });
  return heaps.reduce((sum, { bytes, goneOn }) => sum + (goneOn > days ? bytes : 0), 0);
}

const growing: fc.Arbitrary<Growing> = fc.record({
  sizeBytes: fc.nat(1_000_000),
  perDayBytes: fc.nat(10_000),
  keptDays: fc.option(fc.integer({ min: 1, max: 400 })),
});

describe('the forecast of a disk', () => {
  it('never says a place smaller than day after day makes it', () => {
    fc.assert(
      fc.property(growing, fc.integer({ min: 0, max: 900 }), (place, days) => {
        assert.ok(sizeIn(days, place) >= dayByDay(place, days) - 1e-6 * place.sizeBytes - 1e-6);
      }),
    );
  });

  it('says what day after day comes to, where nothing is deleted, and where all of it has turned over', () => {
    fc.assert(
      fc.property(growing, fc.integer({ min: 0, max: 900 }), (place, days) => {
        const { sizeBytes, perDayBytes, keptDays } = place;
        if (keptDays === null) assert.equal(sizeIn(days, place), dayByDay(place, days));
        else if (days >= keptDays && perDayBytes * keptDays >= sizeBytes)
          assert.equal(sizeIn(days, place), dayByDay(place, days));
      }),
    );
  });

  it('names the last day on which all of it fits', () => {
    fc.assert(
      fc.property(fc.array(growing, { maxLength: 6 }), fc.nat(5_000_000), (places, freeBytes) => {
        const total = (days: number) => places.reduce((sum, place) => sum + sizeIn(days, place), 0);
        const days = daysUntilFull(places, freeBytes);
        if (days === null) return assert.ok(total(3650) <= total(0) + freeBytes);
        assert.ok(total(days) <= total(0) + freeBytes, 'fits');
        assert.ok(total(days + 1) > total(0) + freeBytes, 'and the next day does not');
      }),
    );
  });
});

describe('what was written lately', () => {
  const now = 1000 * DAY_MS;
  const back = { nowMs: now, backDays: 7 };

  it('is all of a young file, none of one that rests, and a part of one that has grown for long', () => {
    const file = (bornDays: number, changedDays: number) => ({
      ...{ size: 7000, birthtimeMs: now - bornDays * DAY_MS, mtimeMs: now - changedDays * DAY_MS },
    });
    assert.equal(lately(file(3, 0), back), 7000);
    assert.equal(lately(file(30, 8), back), 0);
    assert.equal(lately(file(70, 0), back), 700);
    assert.equal(lately({ ...file(70, 0), birthtimeMs: 0 }, back), 7000, 'a file system that knows no birth');
  });

  it('is of a week, of a younger home of its life, and never of less than a day', () => {
    assert.equal(lookedBackDays(now - 30 * DAY_MS, now), 7);
    assert.equal(lookedBackDays(now - 3 * DAY_MS, now), 3);
    assert.equal(lookedBackDays(now - 1000, now), 1);
    assert.equal(lookedBackDays(0, now), 7);
  });
});
