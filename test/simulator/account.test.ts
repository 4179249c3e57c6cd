import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contractOfMonth } from '../../simulator/contracts/contract.js';
import { Account } from '../../simulator/orders/account.js';
import type { Execution } from '../../simulator/orders/order.js';

const contract = contractOfMonth('ES 201909')!;
const CASH = 1_000_000;
const SETTINGS = { startCash: CASH, accountCurrency: 'USD', exchangeRate: 1 };
const execution = (side: 'BUY' | 'SELL', shares: number, priceTicks: number): Execution => ({
  ...{
    execId: 'a.b.c.01',
    permId: 1,
    clientId: 1,
    orderId: 1,
    contract,
    account: 'DU1',
    side,
    shares,
    priceTicks,
    timeMs: 0,
  },
  ...{ cumulativeQuantity: shares, averageTicks: priceTicks, orderRef: '', modelCode: '', lastLiquidity: 1 },
});

describe('account', () => {
  it('is worth its cash flows and the mark of what it holds, whatever was traded in whatever order', () => {
    const trade = fc.record({
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      shares: fc.integer({ min: 1, max: 9 }),
      ticks: fc.integer({ min: 11_000, max: 12_000 }),
    });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 40 }), fc.integer({ min: 11_000, max: 12_000 }), (trades, markTicks) => {
        const account = new Account('DU1', SETTINGS, () => markTicks);
        let cash = CASH;
        let held = 0;
        for (const { side, shares, ticks } of trades) {
          const commission = shares * 2.25;
          account.book(execution(side, shares, ticks), commission);
          const signed = side === 'BUY' ? shares : -shares;
          held += signed;
          cash -= signed * ticks * 0.25 * 50 + commission;
        }
        assert.equal(account.positions.get(contract.conId)?.quantity ?? 0, held);
        const worth = cash + held * markTicks * 0.25 * 50;
        assert.ok(Math.abs(account.equity - worth) < 1e-4, `${account.equity} is not ${worth}`);
      }),
    );
  });

  it('reports what closing earned after commissions, and nothing for opening', () => {
    const account = new Account('DU1', SETTINGS, () => undefined);
    assert.equal(account.book(execution('BUY', 2, 11_700), 4.5), undefined);
    assert.equal(account.positions.get(contract.conId)!.averageCost, 11_700 * 12.5 + 2.25);
    assert.equal(account.book(execution('SELL', 1, 11_704), 2.25), 4 * 12.5 - 4.5);
  });
});
