import { Closer } from '../closing/closer.js';
import { isRestartExpected } from '../connection/restart-windows.js';
import { AccountPosition } from '../orders/account-position.js';
import { FOREIGN_EXECUTION, foreignReason, isForeign } from '../orders/foreign-execution.js';
import { OrderDesk } from '../orders/order-desk.js';
import { Trading } from '../trading.js';
import type { Ground } from './ground.js';
import type { LaterParts } from './later.js';
import type { MarketParts } from './market-parts.js';

/** From a decision to an order and back: risk, the order desk, the account's position and the closing of it. */
export type TradingParts = ReturnType<typeof tradingParts>;

export function tradingParts(ground: Ground, { decider, decisionLog, feed, model }: MarketParts, later: LaterParts) {
  const { config, clock, log, tuning, own, hours, halts, alarms, journal, receiveClock, tally } = ground;
  const ledger = () => journal.ledger;
  const isMismatchKnown = () => halts.has('position-mismatch');
  const onDoubt = (reason: string, orderRef: string | null = null) => later.supervisor.it.doubt(reason, orderRef);
  const desk = new OrderDesk({
    account: own.account,
    ...{ contract: ground.contract, tickSize: config.instrument.tickSize, journal },
    marketMs: () => clock.nowMs(),
    slotLimits: () => trading.slotLimits(),
    recheck: (ask) => trading.recheck(ask),
    mid: () => trading.mid,
    onRefused: (order) => trading.onOrderRefused(order),
    onFill: (fill) => {
      const { side, contracts, price } = fill;
      tally.fills++;
      tally.lastFill = { wallTime: new Date().toISOString(), side, contracts, price };
      if (isForeign(fill)) halts.raise(FOREIGN_EXECUTION, foreignReason(fill.execId));
    },
    onBust: ({ execId }) => alarms.note('ExecutionBusted', `the exchange has taken execution ${execId} back`),
    onOddReport: (why) => halts.raise('odd-report', why),
    onUnlistedCode: (why) => alarms.note('OrderCodeUnlisted', why),
    onUnknownOrder: (what) => later.supervisor.it.askAnew(what),
    onDoubt,
  });
  const position = new AccountPosition({
    ...{ own, ledger, answerMs: tuning.answerMs, isMismatchKnown },
    executionsLateMsMax: 2 * tuning.stuckOrderMs,
    onDoubt: (reason) => onDoubt(reason),
  });
  const closer: Closer = new Closer({
    ...{ own, desk, position, ledger, answerMs: tuning.answerMs, isMismatchKnown },
    session: () => later.keeper.it.readySession,
    maxOrderSizeContracts: () => config.risk.maxOrderSizeContracts,
    otherOrders: config.bridge.flattenOtherOrders,
    place: (ask, accountContracts) => trading.placeClosing(ask, accountContracts),
    onDoubt: (reason) => onDoubt(reason),
    onFlat: () => later.supervisor.it.onFlat(),
    onTrouble: (why) => (why === null ? alarms.clear('PositionNotClosed') : alarms.raise('PositionNotClosed', why)),
    onOrdersLeft: (which) => alarms.note('OrdersLeft', `flat, but others' orders work on: ${which}`),
  });
  const trading: Trading = later.trading.is(
    new Trading({
      ...{ config, clock, halts, hours, desk, journal, position, closer },
      marketMsSince: (monotonicMs) => receiveClock.marketMsSince(monotonicMs),
      // A replayed market jumps from one open to the next: that a close was jumped over calls for nobody.
      onOutsideHours: (what) =>
        what === null || config.clock.kind === 'replay'
          ? alarms.clear('PositionOutsideHours')
          : alarms.raise('PositionOutsideHours', what),
      bestPrices: () => decider.bestPrices(),
      depthAgeMs: () => feed.ages.depthAgeMs,
      modelVersion: () => model.modelVersion,
      inRestartWindow: () => isRestartExpected(config, Date.now()),
      onRefused: (decision, { rule, reason }) => {
        log.warn({ rule }, `order refused: ${reason}`);
        if (decision) decisionLog.refused(decision.seq, rule, reason);
      },
    }),
  );
  return { desk, position, closer, trading };
}
