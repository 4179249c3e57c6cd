import assert from 'node:assert/strict';
import type { BacktestDay } from '../../research/backtest/backtest-day.js';
import { summarise } from '../../research/backtest/backtest-report.js';
import { rthSessionOf } from '../../shared/market/calendar/cme-calendar.js';
import { Days } from './days.js';

/** Profit from the fills alone: what was received less what was paid, less fees. */
function profitOf({ fills }: BacktestDay, fee: number): number {
  const tickValue = 12.5;
  return fills.reduce(
    (sum, { side, contracts, priceTicks }) =>
      sum + (side === 'buy' ? -1 : 1) * contracts * priceTicks * tickValue - fee * contracts,
    0,
  );
}

describe('a backtested day', function () {
  this.timeout(120_000);
  let days: Days;
  let usual: BacktestDay[];
  before(async () => {
    days = await Days.make(3, 3);
    usual = await days.backtest();
  });
  after(() => days.remove());

  it('gives the same digest twice and for any batches', async () => {
    assert.ok(
      usual.every(({ fills }) => fills.length > 2),
      'the heads trade',
    );
    assert.deepEqual(await days.backtest(), usual);
    assert.deepEqual(
      (await days.backtest({}, 50)).map(({ digest }) => digest),
      usual.map(({ digest }) => digest),
    );
    assert.equal(summarise(usual.toReversed()).digest, summarise(usual).digest, 'in whatever order days end');
  });

  it('gives another digest with another latency, fill model or entry style', async () => {
    const digests = [summarise(usual).digest];
    for (const settings of [
      { entryLatency: { kind: 'constant', ns: 300_000_000 } },
      { entry: 'limit' },
      { entry: 'limit', queue: { kind: 'power3', n: 1 } },
    ] as const)
      digests.push(summarise(await days.backtest(settings)).digest);
    assert.equal(new Set(digests).size, digests.length);
  });

  it('begins and ends flat, and earns what its fills say', () => {
    for (const day of usual) {
      let held = 0;
      for (const { side, contracts, positionContracts } of day.fills) {
        held += side === 'buy' ? contracts : -contracts;
        assert.equal(positionContracts, held);
      }
      assert.equal(held, 0);
      assert.ok(Math.abs(day.pnl - profitOf(day, 2.25)) < 1e-6);
      assert.equal(day.equity.at(-1)!.pnl, day.pnl);
      assert.ok(day.maxDrawdown >= 0 && day.synthetic);
    }
  });

  it('holds nothing while two captures do not agree, and says how many decisions that were', async () => {
    const [first] = usual;
    const spans = [{ fromMs: 0, toMs: Number(first!.fills.at(-1)!.ns / 1_000_000n) + 1 }];
    const [day, ...others] = await days.backtest({}, 16_384, spans);
    assert.ok(day!.doubtfulDecisions > 0 && day!.doubtfulDecisions <= day!.decisions);
    assert.equal(day!.decisions, first!.decisions, 'the heads decide as before');
    assert.ok(day!.fills.every(({ ns }) => Number(ns / 1_000_000n) >= spans[0]!.toMs));
    assert.deepEqual(others, usual.slice(1));
  });

  it('charges fees and slippage, and changes no decision by them', async () => {
    const dear = await days.backtest({ feePerContract: 10, slippageTicks: 2 });
    for (const [i, day] of dear.entries()) {
      const cheap = usual[i]!;
      const contracts = cheap.fills.reduce((sum, fill) => sum + fill.contracts, 0);
      const taken = cheap.fills.reduce((sum, fill) => sum + (fill.isMaker ? 0 : fill.contracts), 0);
      assert.equal(day.fees, 10 * contracts);
      assert.ok(Math.abs(cheap.pnl - day.pnl - contracts * 7.75 - taken * 2 * 12.5) < 1e-6);
    }
  });

  it('sends nothing before regular hours, and is flat before they end', async () => {
    const flattenBeforeCloseSeconds = 6.5 * 3600 - 120;
    for (const { tradeDate, fills } of await days.backtest({ flattenBeforeCloseSeconds })) {
      const { rthOpenMs } = rthSessionOf(tradeDate)!;
      const times = fills.map(({ ns }) => Number(ns / 1_000_000n));
      assert.ok(
        times.every((ms) => ms >= rthOpenMs),
        tradeDate,
      );
      const flatMs = rthOpenMs + 120_000;
      assert.equal(
        fills.findLast((_, i) => times[i]! < flatMs + 1000)?.positionContracts ?? 0,
        0,
        'flat within a second',
      );
      assert.ok(
        times.every((ms) => ms < flatMs + 1000),
        'and stays so',
      );
    }
  });

  it('waits in the queue with a limit entry: fewer contracts, at better prices', async () => {
    const resting = summarise(await days.backtest({ entry: 'limit' }));
    const crossing = summarise(usual);
    assert.ok(resting.fillRate! < crossing.fillRate!);
    assert.ok(resting.makerShare! > crossing.makerShare!);
    const optimistic = summarise(await days.backtest({ entry: 'limit', queue: { kind: 'power3', n: 0.125 } }));
    assert.ok(optimistic.fillRate! >= resting.fillRate!, 'conservative fills the least');
  });
});
