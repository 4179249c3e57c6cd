import assert from 'node:assert/strict';
import type { Bar } from '../../shared/market/events/bar.js';
import { BarBuilder } from '../../shared/market/features/bar-builder.js';
import { batchesOf, type TestEvent } from '../market/event.js';
import { RANDOM_START_NS, randomMarket } from '../market/random-market.js';

const BAR_NS = 300_000_000_000n;

function build(events: readonly TestEvent[], batchEvents: number): Bar[] {
  const builder = new BarBuilder(0.25);
  const bars: (Bar | null)[] = [];
  for (const batch of batchesOf(events, batchEvents))
    for (let i = 0; i < batch.length; i++) bars.push(builder.onEvent(batch, i));
  bars.push(builder.finish());
  return bars.filter((bar) => bar !== null);
}

/** Groups trades by their five minutes; the first group only where the stream begins with it. */
function expected(events: readonly TestEvent[]): Bar[] {
  const groups = new Map<bigint, TestEvent[]>();
  for (const event of events.filter(({ kind }) => kind === 'trade')) {
    const number = event.tsNs / BAR_NS;
    groups.set(number, [...(groups.get(number) ?? []), event]);
  }
  groups.delete(events[0]!.tsNs / BAR_NS);
  return [...groups].map(([number, trades]) => {
    const prices = trades.map(({ priceTicks }) => priceTicks! * 0.25);
    return {
      openMs: Number(number) * 300_000,
      open: prices[0]!,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1)!,
      volume: trades.reduce((sum, { size }) => sum + size!, 0),
    };
  });
}

describe('the bar builder', () => {
  it('agrees with trades grouped by five minutes, however they are cut into batches', () => {
    const events = randomMarket(21, 60_000);
    const wanted = expected(events);
    assert.ok(wanted.length >= 5, `${wanted.length} bars`);
    assert.deepEqual(build(events, 4096), wanted);
    assert.deepEqual(build(events, 1), wanted);
  });

  it('leaves a first bar out that it did not see from its beginning, and makes none without trades', () => {
    const trade = (seconds: number): TestEvent => ({
      kind: 'trade',
      tsNs: RANDOM_START_NS + BigInt(seconds) * 1_000_000_000n,
      side: 2,
      priceTicks: 40 + seconds,
      size: 1,
    });
    const opens = (events: TestEvent[]) =>
      build(events, 10).map(({ openMs }) => (openMs - Number(RANDOM_START_NS / 1_000_000n)) / 1000);
    assert.deepEqual(opens([trade(0), trade(10), trade(700)]), [5, 605]);
    assert.deepEqual(opens([trade(6), trade(700)]), [5, 605]);
    assert.deepEqual(opens([trade(7), trade(700)]), [605]);
  });
});
