/** A piece of the product's compiled text, and what stands there instead. */
export interface Patch {
  /** Below dist/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** One protection switched off. Where nothing but it stands between a defect and the market, the defect comes with it. */
export interface Mutant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Alone it must be harmless: the protection stops it. */
  readonly defect?: readonly Patch[];
}

/** A rule that lets everything pass. */
const ruleOff = (rule: string): Patch => ({
  file: 'bridge/risk/check-order.js',
  find: `  ${rule}`,
  replace: '  () => null',
});

const patch = (file: string, find: string, replace: string): Patch => ({ file: `bridge/${file}`, find, replace });
const TRADER = 'decide/trader.js';

/** What a defect in the code that decides could ask for; the risk rules are there to stop it. */
const DEFECT = {
  actsWhileHalted: patch('trading.js', 'if (this.isClosing || deps.halts.any) return;', ''),
  asksForMore: patch(
    TRADER,
    'contracts: Math.min(Math.abs(missing), context.maxOrderSizeContracts)',
    'contracts: Math.abs(missing) + context.maxOrderSizeContracts',
  ),
  priceOffTick: patch(
    TRADER,
    'limitPrice: side === "BUY" ? context.ask : context.bid',
    'limitPrice: (side === "BUY" ? context.ask : context.bid) + 0.01',
  ),
  priceFarAway: patch(
    TRADER,
    'limitPrice: side === "BUY" ? context.ask : context.bid',
    'limitPrice: side === "BUY" ? context.ask + 100 : context.bid - 100',
  ),
  forgetsLiveOrders: patch(TRADER, 'if (live.length > 0) {', 'if (false) {'),
} as const;

/** Every risk rule, every step of the reconciliation, every dedupe. */
export const MUTANTS: readonly Mutant[] = [
  { name: 'rule-halted', patches: [ruleOff('halted')], defect: [DEFECT.actsWhileHalted] },
  { name: 'rule-trading-session', patches: [ruleOff('tradingSession')] },
  { name: 'rule-contract-expiry', patches: [ruleOff('contractExpiry')] },
  { name: 'rule-stale-data', patches: [ruleOff('staleData')] },
  { name: 'rule-order-size', patches: [ruleOff('orderSize')], defect: [DEFECT.asksForMore] },
  { name: 'rule-tick-size', patches: [ruleOff('tickSize')], defect: [DEFECT.priceOffTick] },
  { name: 'rule-price-collar', patches: [ruleOff('priceCollar')], defect: [DEFECT.priceFarAway] },
  { name: 'rule-position-known', patches: [ruleOff('positionKnown')] },
  { name: 'rule-position-limit', patches: [ruleOff('positionLimit')] },
  { name: 'rule-open-orders', patches: [ruleOff('openOrders')], defect: [DEFECT.forgetsLiveOrders] },
  { name: 'rule-order-rate', patches: [ruleOff('orderRate')] },
  {
    name: 'rule-daily-loss',
    patches: [ruleOff('dailyLoss'), patch('trading.js', 'this.watchLoss();', '')],
  },
  { name: 'watch-daily-loss', patches: [patch('trading.js', 'this.watchLoss();', '')] },
  {
    name: 'forced-flat',
    patches: [
      patch('closing/close-reason.js', 'if (context.sessionPhase !== "rth") return "outside-hours";', 'return null;'),
    ],
  },
  {
    name: 'halt-cancels',
    patches: [
      patch('wiring/on-halt.js', 'later.trading.it.cancelDecisions(', 'void ('),
      patch('trading.js', 'if (isOld || isHalted)', 'if (isOld)'),
    ],
  },
  {
    name: 'dedupe-executions',
    patches: [patch('orders/executions.js', ': { kind: "duplicate" }', ': { kind: "new" }')],
  },
  {
    name: 'corrections',
    patches: [patch('orders/executions.js', 'revisionOf(execId) > revisionOf(known.execId) ?', 'false ?')],
  },
  {
    name: 'reconcile-settled',
    patches: [patch('orders/reconcile.js', 'for (const entry of settled) deps.journal.append(entry);', '')],
  },
  {
    name: 'reconcile-missing',
    patches: [
      patch(
        'orders/reconcile.js',
        'for (const order of stillMissing) deps.journal.append(outcomeOfMissing(order));',
        '',
      ),
    ],
  },
  { name: 'slot-on-disk', patches: [patch('orders/order-slot.js', 'return isOnDisk && ', 'return ')] },
  { name: 'slot-in-doubt', patches: [patch('orders/order-ledger.js', 'this.doubtSlot();', '')] },
  {
    name: 'reconcile-second-look',
    patches: [
      patch('orders/reconcile.js', 'earlier?.missing.some(({ orderRef }) => orderRef === order.orderRef) &&', ''),
    ],
  },
  {
    name: 'reconcile-executions',
    patches: [
      patch(
        'orders/reconcile.js',
        'return (reportedFilled > filled || isEndUntold) && look < LOOKS_FOR_EXECUTIONS;',
        'return false;',
      ),
    ],
  },
  {
    name: 'reconcile-end-untold',
    patches: [patch('orders/reconcile.js', '(reportedFilled > filled || isEndUntold)', '(reportedFilled > filled)')],
  },
  {
    name: 'works-again',
    patches: [
      patch('orders/order-state.js', 'return state === "filling" && WORKING.has(status) && !isWhole;', 'return false;'),
    ],
  },
  {
    name: 'other-perm-id',
    patches: [patch('orders/gateway-findings.js', 'order.permIds.length > (knowsId ? 1 : 0)', 'false')],
  },
  {
    name: 'far-price',
    patches: [patch('orders/fill-report.js', 'known.length > 0 &&', 'false &&')],
  },
  {
    name: 'new-connection-looks',
    patches: [patch('orders/reconcile.js', 'look < looksMin ||', '')],
  },
  { name: 'orphan-cancel', patches: [patch('orders/reconcile.js', 'desk.cancelOrphan(orderId);', '')] },
  {
    name: 'double-order',
    patches: [
      patch('orders/reconcile.js', 'unexplained.cancel(findings);', 'unexplained.cancel({ ...findings, twins: [] });'),
    ],
  },
  {
    name: 'position-mismatch',
    patches: [
      patch(
        'orders/gateway-findings.js',
        'return contracts === ledger.positionContracts ? null : contracts;',
        'return null;',
      ),
    ],
  },
  {
    name: 'foreign-execution',
    patches: [patch('wiring/trading-parts.js', 'if (isForeign(fill))', 'if (false)')],
  },
  {
    name: 'order-ids',
    patches: [
      patch(
        'orders/order-desk.js',
        'Math.max(session.nextValidId, this.ledger.highestOrderId + 1, this.nextOrderId)',
        'session.nextValidId',
      ),
    ],
  },
  {
    name: 'executions-missing',
    patches: [
      patch('orders/order-state.js', 'return executionsMissing ? "filling" : "cancelled";', 'return "cancelled";'),
    ],
  },
  {
    name: 'refusal-is-a-claim',
    patches: [
      patch(
        'orders/order-state.js',
        'return isFinal(state) || state === "filling" ? state : "unknown";',
        'return isFinal(state) ? state : "rejected";',
      ),
      patch('orders/order-state.js', 'return state === "filling" ? state : "unknown";', 'return "rejected";'),
    ],
  },
  {
    name: 'revival',
    patches: [patch('orders/order-state.js', 'if (saysAlive(event.status)) return afterStatus("sent", event);', '')],
  },
  {
    name: 'account-before-closing',
    patches: [
      patch(
        'closing/closer.js',
        'const account = await deps.position.ask(session);',
        'const account = deps.ledger().positionContracts;',
      ),
    ],
  },
  {
    name: 'closing-on-record',
    patches: [patch('orders/order-ledger.js', 'if (CLOSING_HALTS.has(entry.code)) this.closing.add(entry.code);', '')],
  },
  {
    name: 'mark-of-the-day',
    patches: [patch('orders/order-ledger.js', 'this.startMark ?? Number.NaN', 'mid')],
  },
  {
    name: 'other-contract',
    patches: [patch('contract-guard.js', 'halts.raise("other-contract", text);', '')],
  },
  {
    name: 'door',
    patches: [
      patch('feed/market-feed.js', 'const odd = this.door.depth(this.deps.levels, change);', 'const odd = null;'),
    ],
  },
  {
    name: 'trade-date-back',
    patches: [
      patch('orders/order-journal.js', 'if (tradeDate <= this.tradeDate ||', 'if (tradeDate === this.tradeDate ||'),
      patch(
        'orders/order-journal.js',
        'import { createFile } from "../../shared/node/disk/create-file.js";',
        'import { replaceFile } from "../../shared/node/disk/replace-file.js"; const createFile = (file, text) => (replaceFile(file, text), true);',
      ),
    ],
  },
];

/** @throws Error where there is none of that name */
export function mutantOf(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (!found)
    throw new Error(`there is no mutant ${name}; there are ${MUTANTS.map((mutant) => mutant.name).join(', ')}`);
  return found;
}
