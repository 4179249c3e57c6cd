import assert from 'node:assert/strict';
import { type Contract, EventName, OrderAction, OrderType, SecType } from '@stoqey/ib';
import fc from 'fast-check';
import { pino } from 'pino';
import { GatewaySession } from '../../bridge/connection/session.js';
import { Decider } from '../../bridge/decide/decider.js';
import type { OrderAsk } from '../../bridge/orders/order-ask.js';
import { tickSize as tickSizeRule } from '../../bridge/risk/tick-size.js';
import { decimalText } from '../../shared/market/events/decimal-text.js';
import { PRODUCTS } from '../../simulator/contracts/product.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { depthChange } from './depth-change.js';
import { ACCOUNT, ES_SAMPLE, QUICK } from './rig.js';

const DECIMALS = 9;

/** Ticks times the tick size in whole numbers, as a person would write it. */
function exactDecimal(ticks: number, tickSize: number): string {
  const units = BigInt(ticks) * BigInt(tickSize.toFixed(DECIMALS).replace('.', ''));
  const digits = String(units < 0n ? -units : units).padStart(DECIMALS + 1, '0');
  const text = `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`.replace(/\.?0+$/, '');
  return units < 0n ? `-${text}` : text;
}

/** What the bridge would ask for, with the best bid at so many ticks. */
function bestBid(ticks: number, tickSize: number): number {
  const decider = new Decider({
    ...{ instrument: 'any', tickSize, baseNs: 0n, afterEventSeq: 0 },
    ...{ beforeEvent: () => {}, onDecision: () => {}, onError: assert.ifError },
  });
  decider.depth(0, 1, depthChange(0, 1, 0, Number(exactDecimal(ticks, tickSize)), 1));
  decider.depth(0, 2, depthChange(0, 0, 0, Number(exactDecimal(ticks + 1, tickSize)), 1));
  return decider.bestPrices().bid;
}

const ask = (limitPrice: number): OrderAsk => ({
  ...{ side: 'BUY', contracts: 1, orderType: 'LMT', limitPrice, purpose: 'decision' },
  ...{ modelVersion: null, eventSeq: null },
});
const isRefused = (limitPrice: number, tickSize: number) =>
  tickSizeRule(ask(limitPrice), { tickSize } as Parameters<typeof tickSizeRule>[1]) !== null;

describe('the price of an order', () => {
  it('is the exact decimal of its ticks, for every product and over a wide range', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRODUCTS),
        fc.integer({ min: -200_000, max: 2_000_000 }),
        ({ tickSize }, ticks) => {
          const price = bestBid(ticks, tickSize);
          assert.equal(decimalText(price), exactDecimal(ticks, tickSize));
          assert.ok(!isRefused(price, tickSize));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('is refused with the least float dust on it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PRODUCTS), fc.integer({ min: 1, max: 2_000_000 }), ({ tickSize }, ticks) => {
        const exact = Number(exactDecimal(ticks, tickSize));
        for (const dusty of [exact * (1 + 2 ** -52), exact * (1 - 2 ** -52), ticks * tickSize])
          assert.equal(isRefused(dusty, tickSize), dusty !== exact, String(dusty));
        assert.ok(isRefused(Number.NaN, tickSize) && isRefused(Number.POSITIVE_INFINITY, tickSize));
      }),
      { numRuns: 5000 },
    );
  });

  it('goes out as a plain decimal, never with an exponent', async () => {
    const gateway = await startGateway({
      data: ES_SAMPLE,
      settings: { accounts: [ACCOUNT] },
      log: pino({ level: 'silent' }),
    });
    const session = await GatewaySession.open({ host: gateway.host, port: gateway.port }, QUICK.timeouts);
    const contract: Contract = { symbol: 'JPY', exchange: 'CME', secType: SecType.FUT, currency: 'USD' };
    try {
      for (const [price, text] of [
        [5e-7, '0.0000005'],
        [0.0065125, '0.0065125'],
        [-5e-7, '-0.0000005'],
      ] as const) {
        const sent = new Promise<string>((resolve) =>
          session.ib.once(EventName.sent, (_tokens, text) => resolve(text)),
        );
        session.ib.placeOrder(session.requestId(), contract, {
          ...{ action: OrderAction.BUY, totalQuantity: 1, orderType: OrderType.LMT, lmtPrice: price, transmit: false },
        });
        const fields = (await sent).split('\0');
        assert.equal(fields[fields.indexOf('LMT') + 1], text);
      }
    } finally {
      session.close('end of the test');
      await gateway.stop();
    }
  });
});
