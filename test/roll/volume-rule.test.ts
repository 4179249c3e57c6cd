import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rollConfig } from '../../shared/config/market.js';
import type { TradedVolume } from '../../shared/contract/traded-volume.js';
import { decideByVolume } from '../../shared/market/roll/volume-rule.js';

const [PRESENT, NEXT] = ['ESU9', 'ESZ9'];
const DATES = ['2019-09-06', '2019-09-09', '2019-09-10', '2019-09-11'];
const ruleOf = (confirmTradeDates = 1) => rollConfig.parse({ rule: 'volume', confirmTradeDates });

const counted = (instrument: string, at: number, changes: Partial<TradedVolume> = {}): TradedVolume => ({
  ...{ instrument, tradeDate: DATES[at]!, volume: 1000, missingSeconds: 0, rows: 9, problem: null },
  ...changes,
});

/** A date: not captured, captured in part, not to be counted, or counted. */
const capture = fc.oneof(
  fc.constant(null),
  fc.record({ missingSeconds: fc.integer({ min: 301, max: 23_400 }), volume: fc.integer({ min: 0, max: 9 }) }),
  fc.constant({ volume: null, problem: '4 of 9 acknowledged lines are here' }),
  // Few figures, so that ties come up.
  fc.record({ missingSeconds: fc.integer({ min: 0, max: 300 }), volume: fc.integer({ min: 0, max: 3 }) }),
);
const market = fc.array(fc.tuple(capture, capture), { minLength: DATES.length, maxLength: DATES.length });
type Market = readonly (readonly [Partial<TradedVolume> | null, Partial<TradedVolume> | null])[];

const volumesOf = (days: Market) =>
  days.flatMap(([present, next], at) => [
    ...(present ? [counted(PRESENT, at, present)] : []),
    ...(next ? [counted(NEXT, at, next)] : []),
  ]);
const decide = (volumes: readonly TradedVolume[], tradeDates = DATES, confirmTradeDates = 1) =>
  decideByVolume({ present: PRESENT, next: NEXT, volumes, tradeDates, rule: ruleOf(confirmTradeDates) });
/** The rule in other words: both were captured well enough, and the next one has more. */
const says = ([present, next]: Market[number]) =>
  [present, next].every((one) => one?.volume != null && (one.missingSeconds ?? 0) <= 300) &&
  next!.volume! > present!.volume!;

describe('the roll by volume', () => {
  it('is decided by the first date, or row of dates, on which the next contract is known to have more', () => {
    fc.assert(
      fc.property(market, fc.integer({ min: 1, max: 3 }), (days, confirm) => {
        const rows = DATES.filter(
          (_, at) => at + 1 >= confirm && days.slice(at + 1 - confirm, at + 1).every((day) => says(day)),
        );
        assert.equal(decide(volumesOf(days), DATES, confirm).decidedBy, rows[0] ?? null);
      }),
    );
  });

  it('never decides by a tie, by a date that is missing, nor by one of which too little was captured', () => {
    const next = { volume: 5000 };
    assert.equal(decide([counted(PRESENT, 0), counted(NEXT, 0)]).decidedBy, null, 'a tie');
    assert.equal(decide([counted(NEXT, 0, next)]).decidedBy, null, 'ours is missing');
    assert.equal(decide([counted(PRESENT, 0)]).decidedBy, null, 'the next one is missing');
    const short = (missingSeconds: number) => decide([counted(PRESENT, 0, { missingSeconds }), counted(NEXT, 0, next)]);
    assert.equal(short(301).decidedBy, null);
    assert.equal(short(300).decidedBy, DATES[0]);
    assert.match(short(301).dates[0]!.missing!, /^ESU9 lacks 301 s/);
  });

  it('stays decided, whatever later dates say and whatever is counted after it', () => {
    fc.assert(
      fc.property(market, fc.integer({ min: 1, max: DATES.length }), (days, ended) => {
        const before = decide(volumesOf(days.slice(0, ended)), DATES.slice(0, ended)).decidedBy;
        if (before !== null) assert.equal(decide(volumesOf(days)).decidedBy, before);
      }),
    );
  });

  it('hears nothing of dates outside its window, nor of other contracts', () => {
    fc.assert(
      fc.property(market, (days) => {
        const others = volumesOf(days).map((one) => ({ ...one, instrument: one.instrument.replace('9', '0') }));
        assert.equal(decide(others).decidedBy, null);
        assert.equal(decide(volumesOf(days), ['2019-09-12']).decidedBy, null);
      }),
    );
  });

  it('needs a window: the days that are watched begin before the latest date', () => {
    const parse = (changes: object) => rollConfig.safeParse({ rule: 'volume', ...changes });
    assert.equal(parse({}).success, true);
    const { error } = parse({ calendarDaysBeforeExpiry: 14 });
    assert.match(error!.issues[0]!.message, /more than 14 \(calendarDaysBeforeExpiry\)/);
    assert.equal(rollConfig.safeParse({ calendarDaysBeforeExpiry: 60 }).success, true, 'of no matter to the calendar');
  });
});
