import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MARKOUT_SECONDS, Markouts } from '../../research/backtest/markouts.js';

describe('markouts', () => {
  it('compare each fill with the mid that is in force one, ten and sixty seconds later', () => {
    const tick = fc.record({
      gapMs: fc.integer({ min: 0, max: 4000 }),
      move: fc.integer({ min: -3, max: 3 }),
      fills: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(tick, { minLength: 1, maxLength: 200 }), (ticks) => {
        const markouts = new Markouts();
        let [nowNs, mid] = [0, 20_000];
        const mids: { ns: number; mid: number }[] = [];
        const fills: { ns: number; sign: number; price: number }[] = [];
        for (const { gapMs, move, fills: isFill } of ticks) {
          nowNs += gapMs * 1e6;
          markouts.advance(nowNs, mid);
          mid += move;
          mids.push({ ns: nowNs, mid });
          if (!isFill) continue;
          const fill = { ns: nowNs, sign: move < 0 ? -1 : 1, price: Math.floor(mid / 2) };
          fills.push(fill);
          markouts.fill(fill.ns, fill.sign, 2, fill.price);
        }
        const expected = MARKOUT_SECONDS.map((seconds) => {
          const settled = fills.filter(({ ns }) => ns + seconds * 1e9 < nowNs);
          const marks = settled.map(({ ns, sign, price }) => {
            const then = mids.findLast((one) => one.ns <= ns + seconds * 1e9)!;
            return sign * (then.mid / 2 - price);
          });
          const mean = marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
          return { seconds, contracts: 2 * marks.length, meanTicks: marks.length === 0 ? null : mean };
        });
        for (const [i, { seconds, contracts, meanTicks }] of markouts.results().entries()) {
          assert.deepEqual([seconds, contracts], [expected[i]!.seconds, expected[i]!.contracts]);
          if (meanTicks === null) assert.equal(expected[i]!.meanTicks, null);
          else assert.ok(Math.abs(meanTicks - expected[i]!.meanTicks!) < 1e-9);
        }
      }),
    );
  });
});
