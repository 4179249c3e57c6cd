import assert from 'node:assert/strict';
import { checkPaperOrder, type PaperAsk } from '../../bridge/paper-check/paper-limits.js';
import type { RiskContext } from '../../bridge/risk/rule.js';
import { riskConfig } from '../../shared/config/risk.js';

const HOUR_MS = 3_600_000;
/** Flat, in regular hours, and a configuration that would allow the bridge a lot. */
const CONTEXT: RiskContext = {
  limits: riskConfig.parse({ maxPositionContracts: 100, maxOrderSizeContracts: 100 }),
  ...{
    tickSize: 0.25,
    nowMarketMs: 0,
    rthCloseMs: HOUR_MS,
    lastOpenMs: Number.NaN,
    rollMs: Number.POSITIVE_INFINITY,
    sessionPhase: 'rth',
    inRestartWindow: false,
  },
  ...{ depthAgeMs: Number.NaN, bid: Number.NaN, ask: Number.NaN, pnlTodayUsd: Number.NaN },
  ...{ positionContracts: 0, isPositionExplained: true, openBuyContracts: 0, openSellContracts: 0 },
  ...{ openOrders: 0, ordersSentWallMs: [], nowWallMs: 0, haltReason: null },
};
const MARKET: PaperAsk = { side: 'BUY', contracts: 1, limitPrice: null, tif: 'DAY', closes: false };
const LIMIT: PaperAsk = { ...MARKET, limitPrice: 2000 };

describe('the limits of a rehearsal', () => {
  const ruleOf = (ask: PaperAsk, context: Partial<RiskContext> = {}, isOutOfReach = false) =>
    checkPaperOrder(ask, { ...CONTEXT, ...context }, isOutOfReach)?.rule ?? null;

  it('are one contract, whatever the configuration allows and whatever fills', () => {
    assert.equal(ruleOf(MARKET), null);
    assert.equal(ruleOf({ ...MARKET, contracts: 2 }), 'order-size');
    assert.equal(ruleOf(MARKET, { positionContracts: 1 }), 'position-limit');
    assert.equal(ruleOf(MARKET, { openBuyContracts: 1 }), 'position-limit');
    assert.equal(ruleOf(LIMIT, { openBuyContracts: 1 }, true), 'position-limit');
    assert.equal(ruleOf({ ...MARKET, side: 'SELL' }, { positionContracts: -1 }), 'position-limit');
    assert.equal(ruleOf({ ...MARKET, side: 'SELL' }, { positionContracts: 1 }), null);
  });

  it('let more than one contract pass only where nothing of it can fill', () => {
    const many: PaperAsk = { ...LIMIT, contracts: 10_000 };
    assert.equal(ruleOf({ ...many, tif: 'IOC' }, {}, true), null);
    assert.equal(ruleOf({ ...many, tif: 'IOC' }), 'order-size');
    assert.equal(ruleOf(many, {}, true), 'order-size');
  });

  it('open what can fill in regular hours only', () => {
    assert.equal(ruleOf(MARKET, { sessionPhase: 'evening' }), 'trading-session');
    assert.equal(ruleOf(LIMIT, { sessionPhase: 'evening' }), 'trading-session');
    assert.equal(ruleOf(MARKET, { inRestartWindow: true }), 'trading-session');
    assert.equal(ruleOf(LIMIT, { sessionPhase: 'maintenance' }, true), null);
  });

  it('let a closing order do nothing but close', () => {
    const closing: PaperAsk = { ...MARKET, closes: true };
    assert.equal(ruleOf(closing, { positionContracts: -1, sessionPhase: 'evening' }), null);
    assert.equal(ruleOf(closing), 'position-limit');
    assert.equal(ruleOf(closing, { positionContracts: -1, openBuyContracts: 1 }), 'position-limit');
  });

  it('keep the rate and the number of open orders of the configuration', () => {
    const sentWallMs = Array.from({ length: CONTEXT.limits.maxOrdersPerMinute }, () => 0);
    assert.equal(ruleOf(LIMIT, { ordersSentWallMs: sentWallMs }, true), 'order-rate');
    assert.equal(ruleOf(LIMIT, { openOrders: CONTEXT.limits.maxOpenOrders }, true), 'open-orders');
  });
});
