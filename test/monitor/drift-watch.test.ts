import assert from 'node:assert/strict';
import { wilsonInterval } from '../../research/gate/statistics/wilson.js';
import { measureDay, type PhasedValue } from '../../research/monitor/drift/distance.js';
import {
  type DriftState,
  type Unusual,
  unusual,
  unusualBy,
  watchDrift,
} from '../../research/monitor/drift/drift-watch.js';
import { makeReference } from '../../research/monitor/drift/head-reference.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { seededRandom } from '../../shared/random.js';

const FEATURES = 20;
const ROWS_A_DAY = 120;

/** SYNTHETIC days: each feature is an autoregression around a level that each day has for itself, as volatility does. */
class Market {
  private readonly random;
  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  day(shift = 0, wide = 1): number[][] {
    return Array.from({ length: FEATURES }, (_, feature) => {
      const level = 0.4 * this.normal();
      const scale = Math.exp(0.2 * this.normal());
      let value = 0;
      return Array.from({ length: ROWS_A_DAY }, () => {
        value = 0.8 * value + 0.6 * this.normal();
        return level + scale * value * (feature === 0 ? wide : 1) + (feature === 0 ? shift : 0);
      });
    });
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }
}

const OPEN = Date.UTC(2025, 2, 3, 15);

function referenceOf(market: Market, dates: number) {
  const days = Array.from({ length: dates }, () => market.day());
  const rows = dates * ROWS_A_DAY;
  const features = new Float32Array(new SharedArrayBuffer(4 * rows * FEATURES));
  for (const [d, day] of days.entries())
    for (let row = 0; row < ROWS_A_DAY; row++)
      for (let f = 0; f < FEATURES; f++) features[(d * ROWS_A_DAY + row) * FEATURES + f] = day[f]![row]!;
  const each = <T>(of: (day: number, row: number) => T) =>
    Array.from({ length: rows }, (_, i) => of(Math.floor(i / ROWS_A_DAY), i % ROWS_A_DAY));
  const head = { features: Array.from({ length: FEATURES }, (_, f) => `f${f}`) };
  const samples = {
    ...{ head, rows, columns: FEATURES, features },
    startMs: Float64Array.from(each(() => OPEN)),
    tradeDate: Int32Array.from(each((day) => 20250300 + day)),
  } as unknown as HeadSamples;
  return makeReference(samples, 'ESH5');
}

function seenOfDay(reference: ReturnType<typeof makeReference>, day: number[][]): Map<string, Unusual> {
  return new Map(
    day.map((values, f) => {
      const feature = reference.features[`f${f}`]!;
      const phased = values.map((value): PhasedValue => ({ value, phase: 'middle' }));
      return [`f${f}`, unusual(feature, measureDay(feature.phases, phased, false))!];
    }),
  );
}

/** Days until the first alarm; null where none came. */
function daysUntil(market: Market, dates: number, days: number, of: (market: Market) => number[][]) {
  const reference = referenceOf(market, dates);
  let state: DriftState = {};
  for (let day = 1; day <= days; day++) {
    const step = watchDrift(state, seenOfDay(reference, of(market)));
    if (step.changed.length > 0) return { day, changed: step.changed };
    state = step.state;
  }
  return null;
}

describe('watching for drift', () => {
  it('calls a usual day unusual no more often than p says, and gives it evidence of 1 on average at most', () => {
    const market = new Market(7);
    const reference = referenceOf(market, 40);
    const all = Array.from({ length: 100 }, () => [...seenOfDay(reference, market.day()).values()]).flat();
    for (const level of [0.01, 0.05, 0.2]) {
      const times = all.filter(({ p }) => p <= level).length;
      const { low } = wilsonInterval(times, all.length);
      assert.ok(low <= level, `${times} of ${all.length} usual days have p at most ${level}`);
    }
    const evidence = all.flatMap(({ e }) => Object.values(e));
    const mean = evidence.reduce((sum, one) => sum + one, 0) / evidence.length;
    assert.ok(mean < 1.5, `evidence of ${mean} on usual days`);
  });

  it('tells of nothing on usual days: at most one false alarm in a year', () => {
    const years = 12;
    let alarms = 0;
    for (let seed = 1; seed <= years; seed++) if (daysUntil(new Market(seed), 30, 252, (m) => m.day())) alarms++;
    const { low } = wilsonInterval(alarms, years);
    assert.ok(low < 0.63, `${alarms} of ${years} years had a false alarm: more than one a year`);
    assert.ok(alarms <= 4, `${alarms} of ${years} years`);
  });

  it('tells which feature has moved, or grown wide, in days', () => {
    for (const [what, of] of [
      ['moved by three deviations', (m: Market) => m.day(3)],
      ['is five times as wide', (m: Market) => m.day(0, 5)],
    ] as const) {
      const told = [1, 2, 3, 4, 5].map((seed) => daysUntil(new Market(100 + seed), 30, 20, of));
      for (const one of told) {
        assert.ok(one && one.day <= 10, `${what}: ${one?.day ?? 'never'}`);
        assert.equal(one.changed[0], 'f0');
      }
    }
  });

  it('begins anew for a feature that was told', () => {
    const far = new Map([['a', unusualBy(1e-6)]]);
    const first = watchDrift({}, far);
    assert.deepEqual([first.changed, first.state], [['a'], {}]);
    assert.deepEqual(first.farToday, ['a']);
    const usual = watchDrift({}, new Map([['a', unusualBy(0.5)]]));
    assert.deepEqual([usual.changed, usual.farToday], [[], []]);
    assert.ok(usual.state['a far']! > 0);
  });

  it('has what is missing in the distance', () => {
    const market = new Market(3);
    const reference = referenceOf(market, 10);
    const dead = Array.from({ length: ROWS_A_DAY }, (): PhasedValue => ({ value: Number.NaN, phase: 'middle' }));
    assert.equal(
      measureDay(reference.features.f0!.phases, dead, false)[0]!.distance,
      0,
      'as far as can be: a difference of 1',
    );
  });
});
