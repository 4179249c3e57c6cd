import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { OrderAsk } from '../../bridge/orders/order-ask.js';
import { checkOrder } from '../../bridge/risk/check-order.js';
import type { RiskContext } from '../../bridge/risk/rule.js';
import { configSchema } from '../../shared/config/config.js';

const LIMITS = { ...configSchema.parse({}).risk, maxPositionContracts: 3, maxOrderSizeContracts: 2 };

const ASK: OrderAsk = {
  ...{ side: 'BUY', contracts: 1, orderType: 'LMT', limitPrice: 2900.25, purpose: 'decision' },
  ...{ modelVersion: 1, eventSeq: 1 },
};

const CONTEXT: RiskContext = {
  limits: LIMITS,
  tickSize: 0.25,
  nowMarketMs: 1_000_000,
  depthAgeMs: 100,
  bid: 2900,
  ask: 2900.25,
  positionContracts: 0,
  isPositionExplained: true,
  openBuyContracts: 0,
  openSellContracts: 0,
  openOrders: 0,
  ordersSentWallMs: [],
  nowWallMs: 100_000,
  pnlTodayUsd: 0,
  sessionPhase: 'rth',
  rthCloseMs: 10_000_000,
  lastOpenMs: 10_000_000,
  rollMs: Number.POSITIVE_INFINITY,
  haltReason: null,
  inRestartWindow: false,
};

const ruleThatRefuses = (ask: Partial<OrderAsk>, context: Partial<RiskContext> = {}) =>
  checkOrder({ ...ASK, ...ask }, { ...CONTEXT, ...context })?.rule ?? null;

describe('risk rules', () => {
  it('let a modest order in regular hours pass', () => {
    assert.equal(ruleThatRefuses({}), null);
  });

  const refusals: readonly [string, Partial<OrderAsk>, Partial<RiskContext>][] = [
    ['halted', {}, { haltReason: 'kill-switch: asked' }],
    ['trading-session', {}, { sessionPhase: 'overnight' }],
    ['trading-session', {}, { inRestartWindow: true }],
    ['trading-session', {}, { rthCloseMs: 1_000_000 + 119_000 }],
    ['trading-session', {}, { rthCloseMs: Number.NaN }],
    ['contract-roll', {}, { rollMs: 1_000_000 }],
    ['contract-roll', {}, { rollMs: Number.NaN }],
    ['contract-expiry', {}, { lastOpenMs: 1_000_000 }],
    ['contract-expiry', {}, { lastOpenMs: Number.NaN }],
    ['stale-data', {}, { depthAgeMs: 5001 }],
    ['stale-data', {}, { depthAgeMs: -1 }],
    ['stale-data', {}, { depthAgeMs: Number.NaN }],
    ['order-size', { contracts: 3 }, {}],
    ['order-size', { contracts: 0 }, {}],
    ['order-size', { contracts: 0.5 }, {}],
    ['order-size', { contracts: Number.NaN }, {}],
    ['tick-size', { limitPrice: 2900.1 }, {}],
    ['price-collar', { limitPrice: 2903 }, {}],
    ['price-collar', { limitPrice: 2897 }, {}],
    ['price-collar', {}, { bid: Number.NaN, ask: Number.NaN }],
    ['price-collar', {}, { bid: 2901, ask: 2900.25 }],
    ['price-collar', { orderType: 'MKT', limitPrice: null }, {}],
    ['position-known', {}, { isPositionExplained: false }],
    ['position-limit', { contracts: 2 }, { positionContracts: 2 }],
    ['position-limit', { contracts: 2 }, { openBuyContracts: 2 }],
    ['position-limit', { side: 'SELL', contracts: 2 }, { positionContracts: -2 }],
    ['open-orders', {}, { openOrders: 2 }],
    ['order-rate', {}, { ordersSentWallMs: Array.from({ length: 20 }, (_, i) => 99_000 - i * 1000) }],
    ['daily-loss', {}, { pnlTodayUsd: -1000 }],
    ['daily-loss', {}, { pnlTodayUsd: Number.NaN }],
  ];
  for (const [rule, ask, context] of refusals)
    it(
      `refuse by ${rule}: ${JSON.stringify({ ...ask, ...context }, (_key, value) => (Number.isNaN(value) ? 'unknown' : value))}`.slice(
        0,
        140,
      ),
      () => {
        assert.equal(ruleThatRefuses(ask, context), rule);
      },
    );

  it('never let the position pass its limit, whatever fills', () => {
    const side = fc.constantFrom('BUY' as const, 'SELL' as const);
    const scene = fc.record({
      positionContracts: fc.integer({ min: -3, max: 3 }),
      openBuyContracts: fc.integer({ min: 0, max: 3 }),
      openSellContracts: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(side, fc.integer({ min: 1, max: 2 }), scene, (which, contracts, context) => {
        const before = Math.max(
          context.positionContracts + context.openBuyContracts,
          context.openSellContracts - context.positionContracts,
        );
        if (before > 3 || ruleThatRefuses({ side: which, contracts }, context) !== null) return;
        const buys = context.openBuyContracts + (which === 'BUY' ? contracts : 0);
        const sells = context.openSellContracts + (which === 'SELL' ? contracts : 0);
        assert.ok(context.positionContracts + buys <= 3 && sells - context.positionContracts <= 3);
      }),
    );
  });

  it('let a position be reduced past the loss limit and outside regular hours', () => {
    const ask = { side: 'SELL', contracts: 1 } as const;
    assert.equal(ruleThatRefuses(ask, { positionContracts: 2, pnlTodayUsd: -5000, sessionPhase: 'evening' }), null);
    assert.equal(ruleThatRefuses({ ...ask, contracts: 2 }, { positionContracts: 1, pnlTodayUsd: -5000 }), 'daily-loss');
  });

  it('let the operator flatten by market order while halted, on stale data and outside regular hours', () => {
    const ask = { side: 'SELL', contracts: 2, orderType: 'MKT', limitPrice: null, purpose: 'flatten' } as const;
    const worst = { haltReason: 'flatten: asked', depthAgeMs: Number.NaN, sessionPhase: 'closed' } as const;
    assert.equal(ruleThatRefuses(ask, { ...worst, positionContracts: 2, openOrders: 9 }), null);
  });

  it('never let a closing order pass the flat position', () => {
    const ask = { side: 'SELL', contracts: 2, orderType: 'MKT', limitPrice: null, purpose: 'flatten' } as const;
    assert.equal(ruleThatRefuses(ask, { positionContracts: 1 }), 'position-limit');
    assert.equal(ruleThatRefuses(ask, { positionContracts: 0 }), 'position-limit');
    assert.equal(ruleThatRefuses({ ...ask, side: 'BUY' }, { positionContracts: 1 }), 'position-limit');
  });

  it('let no decision trade a position that the account does not explain, and let it be closed', () => {
    const unexplained = { positionContracts: 2, isPositionExplained: false };
    assert.equal(ruleThatRefuses({ side: 'BUY' }, unexplained), 'position-known');
    // A reduction by our executions may be an addition to what the account holds.
    assert.equal(ruleThatRefuses({ side: 'SELL' }, unexplained), 'position-known');
    const closing = { side: 'SELL', orderType: 'MKT', limitPrice: null, purpose: 'flatten' } as const;
    assert.equal(ruleThatRefuses(closing, unexplained), null);
  });

  it('refuse when a rule itself fails', () => {
    const broken = { ...CONTEXT, ordersSentWallMs: undefined as unknown as number[] };
    assert.equal(checkOrder(ASK, broken)?.rule, 'defect');
  });
});
