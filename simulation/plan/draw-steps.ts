import {
  ODD_DEPTHS,
  ODD_EXECUTIONS,
  ODD_POSITIONS,
  ODD_STATUSES,
  ODD_TRADES,
} from '../../simulator/faults/actions/odd-kinds.js';
import { faultAction } from '../../simulator/faults/fault-script.js';
import { Draw } from './draw.js';
import { fault, type Kind, restartMs } from './kind.js';
import type { KillMoment, Setting, Step } from './plan.js';
import { SEQUENCES } from './sequences.js';

const REPORT_MS = [50, 1500, 6000] as const;

/**
 * Everything that can happen to a day, one line each. A fault that the gateway's schema refuses (it is of another
 * version) is left out.
 */
export const KINDS: readonly Kind[] = [
  // The gateway's reports
  {
    name: 'delay-reports',
    perDay: 4,
    draw: (d) => fault({ do: 'delayReports', ms: d.scale(50, 6000), times: d.whole(1, 4) }),
  },
  { name: 'hold-reports', perDay: 1, draw: (d) => fault({ do: 'delayReports', times: d.whole(1, 3) }) },
  { name: 'release-reports', perDay: 2, draw: () => fault({ do: 'releaseReports' }) },
  { name: 'lose-reports', perDay: 2, draw: (d) => fault({ do: 'loseReports', times: d.whole(1, 2) }) },
  {
    name: 'duplicate-status',
    perDay: 2,
    draw: (d) => fault({ do: 'duplicateStatus', copies: d.whole(1, 3), times: d.whole(1, 3) }),
  },
  { name: 'skip-status', perDay: 2, draw: (d) => fault({ do: 'skipStatus', times: d.whole(1, 3) }) },
  { name: 'reorder-status', perDay: 2, draw: (d) => fault({ do: 'reorderStatus', times: d.whole(1, 3) }) },
  { name: 'execution-first', perDay: 2, draw: (d) => fault({ do: 'executionFirst', times: d.whole(1, 3) }) },
  {
    name: 'delay-commission',
    perDay: 2,
    draw: (d) => fault({ do: 'delayCommission', ms: d.oneOf(REPORT_MS), times: d.whole(1, 3) }),
  },
  { name: 'lose-commission', perDay: 1, draw: (d) => fault({ do: 'loseCommission', times: d.whole(1, 2) }) },
  { name: 'repeat-execution', perDay: 2, draw: () => fault({ do: 'repeatExecution' }) },
  {
    name: 'correct-execution',
    perDay: 2,
    draw: (d) => fault({ do: 'correctExecution', priceTicks: d.whole(-2, 2), shares: d.whole(-1, 0) }),
  },
  // Orders
  {
    name: 'reject',
    perDay: 3,
    draw: (d) =>
      fault({ do: 'rejectOrder', code: d.oneOf([201, 201, 110, 460, 387, 383, 109, 10268]), times: d.scale(1, 8) }),
  },
  {
    name: 'refuse-cancel',
    perDay: 2,
    draw: (d) => fault({ do: 'refuseCancel', code: d.oneOf([10149, 10148, 161]), times: d.whole(1, 3) }),
  },
  { name: 'cancel-unasked', perDay: 3, draw: () => fault({ do: 'cancelOrder' }) },
  { name: 'ids-backwards', perDay: 1, draw: (d) => fault({ do: 'idsBackwards', by: d.whole(1, 20) }) },
  // The line to the gateway, and beyond
  {
    name: 'gateway-restart',
    perDay: 1,
    draw: (d) =>
      fault({ do: 'restart', downMs: d.scale(100, 8000), idsBackBy: d.whole(0, 5), loseOrders: d.whole(0, 1) }),
  },
  { name: 'reset', perDay: 1, draw: () => fault({ do: 'reset' }) },
  { name: 'close', perDay: 1, draw: () => fault({ do: 'close' }) },
  { name: 'hang', perDay: 1, draw: (d) => fault({ do: 'hang', forMs: d.scale(200, 8000) }) },
  {
    name: 'connectivity',
    perDay: 2,
    draw: (d) =>
      fault({
        do: 'connectivityLost',
        restore: d.oneOf([1101, 1102]),
        afterMs: d.scale(200, 10_000),
        reports: d.oneOf(['deliver', 'hold', 'lose']),
      }),
  },
  {
    name: 'farm',
    perDay: 1,
    draw: (d) => fault({ do: 'notice', code: 2103, muteMs: d.scale(200, 8000), thenCode: 2104 }),
  },
  { name: 'depth-reset', perDay: 1, draw: () => fault({ do: 'depthReset' }) },
  { name: 'depth-halt', perDay: 1, draw: () => fault({ do: 'depthHalt' }) },
  {
    name: 'refuse-depth',
    perDay: 1,
    draw: (d) => fault({ do: 'refuseDepth', code: d.oneOf([10092, 309, 354]), times: d.whole(1, 3) }),
  },
  { name: 'cut', perDay: 2, draw: (d) => ({ do: 'cut', forMs: d.scale(100, 20_000) }) },
  { name: 'lag', perDay: 1, draw: (d) => ({ do: 'lag', delayMs: d.scale(5, 800), forMs: d.scale(500, 10_000) }) },
  // Other hands
  {
    name: 'hand-trade',
    perDay: 1,
    draw: (d, { risk }) => ({ do: 'hand-trade', contracts: d.sign() * d.whole(1, risk.maxPositionContracts!) }),
  },
  { name: 'close-by-hand', perDay: 2, draw: () => ({ do: 'close-by-hand' }) },
  // The bridge's own computer
  { name: 'kill', perDay: 2, draw: (d) => ({ do: 'kill', moment: drawMoment(d), restartMs: restartMs(d) }) },
  { name: 'stop', perDay: 1, draw: (d) => ({ do: 'stop', restartMs: restartMs(d) }) },
  { name: 'power-cut', perDay: 1, draw: (d) => ({ do: 'power-cut', restartMs: restartMs(d) }) },
  {
    name: 'disk-full',
    perDay: 1,
    draw: (d) => ({ do: 'disk-full', freeBytes: d.oneOf([0, 4096, 65_536]), forMs: d.scale(500, 20_000) }),
  },
  { name: 'failing-syncs', perDay: 1, draw: (d) => ({ do: 'failing-syncs', count: d.whole(1, 5) }) },
  {
    name: 'slow-disk',
    perDay: 1,
    draw: (d) => ({ do: 'slow-disk', delayMs: d.scale(5, 500), forMs: d.scale(500, 5000) }),
  },
  {
    name: 'wall-step',
    perDay: 1,
    draw: (d) => ({
      do: 'wall-step',
      stepMs: d.sign() * d.oneOf([d.scale(20, 3000), d.scale(1000, 30_000), 3_600_000]),
    }),
  },
  { name: 'take-port', perDay: 1, draw: (d) => ({ do: 'take-port', forMs: d.scale(1000, 60_000) }) },
  // Operators
  { name: 'halt', perDay: 1, draw: () => ({ do: 'ask', what: 'halt' }) },
  { name: 'flatten', perDay: 1, draw: () => ({ do: 'ask', what: 'flatten' }) },
  { name: 'resume', perDay: 4, draw: () => ({ do: 'ask', what: 'resume' }) },
  { name: 'arm', perDay: 1, draw: (d) => ({ do: 'arm', release: d.whole(2, 3) }) },
  { name: 'second-bridge', perDay: 1, draw: () => ({ do: 'second-bridge' }) },
  { name: 'roll', perDay: 1, draw: (d) => ({ do: 'roll', restartMs: restartMs(d) }) },
  {
    name: 'stray-order',
    perDay: 1,
    draw: (d) => ({ do: 'stray-order', contracts: d.sign() }),
  },
  // The market
  { name: 'push', perDay: 4, draw: (d) => ({ do: 'push', ticks: d.sign() * d.scale(4, 400) }) },
  // What TWS does to orders unasked
  {
    name: 'executions-late',
    perDay: 3,
    draw: (d) => fault({ do: 'executionsLate', ms: d.scale(50, 6000), times: d.whole(1, 6) }),
  },
  {
    name: 'cancel-fill-race',
    perDay: 3,
    draw: (d, { risk }) =>
      fault({
        ...{ do: 'cancelFillRace', fillContracts: d.whole(1, risk.maxPositionContracts!) },
        ...{ ms: d.scale(50, 4000), times: d.whole(1, 4) },
      }),
  },
  {
    name: 'inactive',
    perDay: 3,
    draw: (d) =>
      fault({
        ...{ do: 'inactive', times: d.whole(1, 3), ...(d.chance(0.5) ? { thenMs: d.scale(50, 6000) } : {}) },
        ...(d.chance(0.5) ? { code: d.oneOf([201, 404, 10_147, 31_999]) } : {}),
      }),
  },
  { name: 'reappear', perDay: 2, draw: (d) => fault({ do: 'reappear', ms: d.scale(10, 4000) }) },
  {
    name: 'reject-rudely',
    perDay: 3,
    draw: (d) =>
      fault({
        ...{ do: 'rejectOrder', code: d.oneOf([201, 203, 321, 10_289, 31_999]), times: d.scale(1, 8) },
        status: d.oneOf(['Inactive', 'Cancelled', 'none']),
      }),
  },
  {
    name: 'warn',
    perDay: 2,
    draw: (d) => fault({ do: 'warnOrder', code: d.oneOf([10_349, 399, 2109, 31_999]), times: d.whole(1, 3) }),
  },
  {
    name: 'hold-order',
    perDay: 2,
    draw: (d) => fault({ do: 'holdOrder', ms: d.scale(100, 8000), cancelsWait: d.chance(0.5), times: d.whole(1, 2) }),
  },
  {
    name: 'price-band',
    perDay: 1,
    draw: (d) => fault({ do: 'priceBand', ticks: d.whole(1, 8), code: d.oneOf([201, 109]) }),
  },
  { name: 'expire-day-orders', perDay: 1, draw: (d) => fault({ do: 'expireDayOrders', told: d.chance(0.5) }) },
  { name: 'bust', perDay: 1, draw: () => fault({ do: 'bustExecution' }) },
  {
    name: 'odd-execution',
    perDay: 1,
    draw: (d) => fault({ do: 'oddExecution', kind: d.oneOf(ODD_EXECUTIONS), times: d.whole(1, 2) }),
  },
  {
    name: 'odd-status',
    perDay: 2,
    draw: (d) => fault({ do: 'oddStatus', kind: d.oneOf(ODD_STATUSES), times: d.whole(1, 3) }),
  },
  { name: 'omit-open-order', perDay: 1, draw: () => fault({ do: 'omitOpenOrder' }) },
  {
    name: 'ignore-request',
    perDay: 2,
    draw: (d) =>
      fault({
        ...{ do: 'ignoreRequest', times: 1 },
        request: d.oneOf(['cancelOrder', 'reqExecutions', 'reqPositions', 'reqAllOpenOrders', 'reqMktDepth']),
      }),
  },
  { name: 'late-id', perDay: 1, draw: (d) => fault({ do: 'lateNextValidId', ms: d.scale(50, 2500) }) },
  // What the broker and other hands do to the account
  {
    name: 'manual-trade',
    perDay: 1,
    draw: (d) => fault({ do: 'manualTrade', side: d.oneOf(['BUY', 'SELL']), quantity: d.whole(1, 3) }),
  },
  { name: 'close-in-tws', perDay: 2, draw: (d) => fault({ do: 'closeByHand', cancelOrders: d.chance(0.5) }) },
  { name: 'cancel-in-tws', perDay: 2, draw: () => fault({ do: 'cancelByHand' }) },
  {
    name: 'other-client',
    perDay: 1,
    draw: (d) =>
      fault({ do: 'otherClientOrder', clientId: 7, side: d.oneOf(['BUY', 'SELL']), quantity: d.whole(1, 3) }),
  },
  {
    name: 'adjust-position',
    perDay: 1,
    draw: (d) =>
      fault({
        ...{ do: 'adjustPosition', reason: d.oneOf(['liquidation', 'settlement', 'transfer']), told: d.chance(0.5) },
        ...(d.chance(0.5) ? { quantity: d.sign() * d.whole(1, 3) } : {}),
      }),
  },
  {
    name: 'odd-position',
    perDay: 1,
    draw: (d) => fault({ do: 'oddPosition', kind: d.oneOf(ODD_POSITIONS), times: 1 }),
  },
  // What the feed does
  {
    name: 'silence',
    perDay: 1,
    draw: (d) =>
      fault({
        ...{ do: 'silence', stream: d.oneOf(['depth', 'trades', 'all']), forMs: d.scale(500, 20_000) },
        persists: d.chance(0.3),
      }),
  },
  {
    name: 'odd-depth',
    perDay: 2,
    draw: (d) => fault({ do: 'oddDepth', kind: d.oneOf(ODD_DEPTHS), times: d.whole(1, 5) }),
  },
  {
    name: 'odd-trade',
    perDay: 2,
    draw: (d) => fault({ do: 'oddTrade', kind: d.oneOf(ODD_TRADES), times: d.whole(1, 5) }),
  },
  // Trades go on, and the book that they are traded by grows old.
  {
    name: 'silent-depth',
    perDay: 4,
    draw: (d) => fault({ do: 'silence', stream: 'depth', forMs: d.scale(500, 20_000), persists: d.chance(0.3) }),
  },
  // Days on which orders rest, so that what happens to resting orders meets some.
  {
    name: 'hold-orders',
    perDay: 1,
    draw: (d) => fault({ do: 'holdOrder', ms: d.scale(1000, 8000), cancelsWait: false, times: d.whole(5, 30) }),
  },
  { name: 'omit-open-orders', perDay: 4, draw: () => fault({ do: 'omitOpenOrder' }) },
  { name: 'twin-order', perDay: 2, draw: () => ({ do: 'twin-order' }) },
  // A halt seldom meets an order that works: most are filled at once.
  { name: 'halt-on-order', perDay: 4, draw: (d) => ({ do: 'halt-on-order', holdMs: d.scale(1000, 8000) }) },
  ...SEQUENCES,
];

/** What matters most is named more than once. */
const LINES = [
  ...['intent', 'intent', 'intent', 'halt', 'halt', 'halt', 'fill', 'fill', 'sent', 'status', 'cancel'],
  ...['commission', 'rejected', 'settled', 'link-lost', 'position', 'resume'],
];
const MESSAGES = ['3', '4', '7', '16', '61'];

function drawMoment(draw: Draw): KillMoment {
  const part = draw.oneOf(['before', 'half', 'after'] as const);
  if (draw.chance(0.25)) return { at: 'once' };
  if (draw.chance(0.7)) return { at: 'line', kind: draw.oneOf(LINES), part };
  return { at: 'message', kind: draw.oneOf(MESSAGES), part };
}

/** Few kinds a day, each more often: what never meets among fifty kinds meets among five. */
export function drawSteps(draw: Draw, setting: Setting, untilMs: number, without: ReadonlySet<string>): Step[] {
  const share = draw.oneOf([0.06, 0.12, 0.25]);
  const density = draw.oneOf([0.5, 1, 2]);
  const steps: Step[] = [];
  for (const kind of KINDS) {
    // Drawn for every kind, so that a kind more or less leaves the others as they were.
    const own = { isIn: draw.chance(share), count: draw.uniform(), seed: draw.whole(0, 2 ** 31) };
    if (!own.isIn || without.has(kind.name)) continue;
    steps.push(
      ...stepsOf(kind, setting, untilMs, Math.max(1, Math.round(2 * own.count * density * kind.perDay)), own.seed),
    );
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

function stepsOf(kind: Kind, setting: Setting, untilMs: number, count: number, seed: number): Step[] {
  const draw = new Draw(seed, 3);
  const steps: Step[] = [];
  for (let i = 0; i < count; i++) {
    const step = { ...kind.draw(draw, setting), atMs: Math.round(draw.uniform() * untilMs) };
    if (isKnown(step)) steps.push(step);
  }
  return steps;
}

function isKnown(step: Step): boolean {
  return step.do !== 'gateway' || faultAction.safeParse(step.fault).success;
}
