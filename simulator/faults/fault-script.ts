import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BadInput } from '../../shared/failure.js';

const positive = z.number().int().positive();
const ms = z.number().int().nonnegative().max(86_400_000);
/** Which client it strikes; undefined: everyone. */
const clientId = z.number().int().nonnegative().optional();

/** What can go wrong. Every entry of a fault script is one of these. */
export const faultAction = z.discriminatedUnion('do', [
  // The transport
  z.strictObject({ do: z.literal('splitSegments'), clientId, bytes: positive, forMs: ms.default(1000) }),
  z.strictObject({ do: z.literal('mergeSegments'), clientId, holdMs: ms.default(50), forMs: ms.default(1000) }),
  z.strictObject({ do: z.literal('reset'), clientId }),
  z.strictObject({ do: z.literal('close'), clientId }),
  z.strictObject({ do: z.literal('hang'), clientId, forMs: ms.optional() }),
  /** Ends a hang, a split or a merge. */
  z.strictObject({ do: z.literal('resume'), clientId }),
  z.strictObject({ do: z.literal('message'), clientId, fields: z.array(z.union([z.string(), z.number()])).min(1) }),
  // The gateway's connection to IB, and IB's farms
  z.strictObject({
    do: z.literal('connectivityLost'),
    restore: z.union([z.literal(1101), z.literal(1102)]).default(1102),
    /** Time until it is restored; without it, a `connectivityRestored` has to come. */
    afterMs: ms.optional(),
    /** What becomes of order reports meanwhile. */
    reports: z.enum(['deliver', 'hold', 'lose']).default('lose'),
  }),
  z.strictObject({
    do: z.literal('connectivityRestored'),
    code: z.union([z.literal(1101), z.literal(1102)]).default(1102),
  }),
  z.strictObject({
    do: z.literal('notice'),
    clientId,
    code: positive,
    id: z.number().int().default(-1),
    text: z.string().optional(),
    /** No market data for this long, or until an `unmute`. */
    muteMs: z.union([ms, z.literal('until-unmute')]).optional(),
    /** Code of the notice that says it is over. */
    thenCode: positive.optional(),
  }),
  z.strictObject({ do: z.literal('unmute'), clientId, thenCode: positive.optional() }),
  z.strictObject({ do: z.literal('depthReset'), clientId }),
  z.strictObject({ do: z.literal('depthHalt'), clientId }),
  /** The next requests for depth are refused. */
  z.strictObject({
    do: z.literal('refuseDepth'),
    code: positive.default(10092),
    text: z.string().optional(),
    times: positive.default(1),
  }),
  // What is told about orders
  z.strictObject({
    do: z.literal('duplicateStatus'),
    copies: positive.max(100).default(1),
    times: positive.default(1),
  }),
  z.strictObject({ do: z.literal('skipStatus'), status: z.string().optional(), times: positive.default(1) }),
  z.strictObject({ do: z.literal('reorderStatus'), times: positive.default(1) }),
  z.strictObject({ do: z.literal('executionFirst'), times: positive.default(1) }),
  z.strictObject({ do: z.literal('delayReports'), ms: ms.optional(), times: positive.default(1) }),
  z.strictObject({ do: z.literal('loseReports'), times: positive.default(1) }),
  z.strictObject({ do: z.literal('delayCommission'), ms: ms.optional(), times: positive.default(1) }),
  z.strictObject({ do: z.literal('loseCommission'), times: positive.default(1) }),
  /** Tells what was delayed without a time. */
  z.strictObject({ do: z.literal('releaseReports') }),
  z.strictObject({ do: z.literal('repeatExecution') }),
  z.strictObject({
    do: z.literal('correctExecution'),
    priceTicks: z.number().int().default(0),
    shares: z.number().int().default(0),
  }),
  // What happens to orders
  z.strictObject({
    do: z.literal('rejectOrder'),
    code: positive.default(201),
    text: z.string().default('Order rejected - reason:fault script'),
    rejectJson: z.string().optional(),
    times: positive.default(1),
  }),
  /** The next cancels of live orders are refused: the orders go on working. */
  z.strictObject({
    do: z.literal('refuseCancel'),
    code: positive.default(10149),
    text: z.string().optional(),
    times: positive.default(1),
  }),
  z.strictObject({ do: z.literal('cancelOrder'), text: z.string().default('fault script') }),
  z.strictObject({
    do: z.literal('manualOrder'),
    side: z.enum(['BUY', 'SELL']),
    quantity: positive,
    limitPrice: z.number().positive(),
  }),
  // The nightly restart
  z.strictObject({ do: z.literal('idsBackwards'), by: positive }),
  z.strictObject({
    do: z.literal('restart'),
    downMs: ms.default(500),
    idsBackBy: z.number().int().nonnegative().default(0),
    /** So many newest orders without a fill never reached the exchange. */
    loseOrders: z.number().int().nonnegative().default(0),
  }),
]);
export type FaultAction = z.output<typeof faultAction>;

/** Where in the handling of an order or fill: before the gateway knows it, before it tells, or after it told. */
const phase = z.enum(['received', 'accepted', 'reported']).default('reported');

export const faultTrigger = z.union([
  z.strictObject({ afterMs: ms }),
  z.strictObject({ onOrder: positive, phase }),
  z.strictObject({ onFill: positive, phase }),
  z.strictObject({ onEvent: positive }),
  z.strictObject({ onConnect: positive }),
]);
export type FaultTrigger = z.output<typeof faultTrigger>;
export type FaultPhase = z.output<typeof phase>;

/** One line of a fault script: when, and what. */
export interface Fault {
  readonly at: FaultTrigger;
  readonly action: FaultAction;
}

/** Reads a fault script: one JSON object a line, `#` begins a comment line. @throws BadInput naming line and field */
export function readFaultScript(file: string): Fault[] {
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .flatMap((line, index) => (line.trim() === '' || line.startsWith('#') ? [] : [parseFault(file, line, index + 1)]));
}

function parseFault(file: string, line: string, number: number): Fault {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadInput(file, `line ${number}`, 'is not JSON', 'write {"at": {...}, "do": "..."}');
  }
  const { at, ...action } = z.record(z.string(), z.unknown()).catch({}).parse(value);
  const trigger = faultTrigger.safeParse(at);
  const parsed = faultAction.safeParse(action);
  if (trigger.success && parsed.success) return { at: trigger.data, action: parsed.data };
  const { issues } = (trigger.success ? parsed.error : trigger.error)!;
  const where = [trigger.success ? undefined : 'at', ...issues[0]!.path].filter((part) => part !== undefined).join('.');
  throw new BadInput(
    file,
    `line ${number}`,
    `${where || 'the fault'}: ${issues[0]!.message}`,
    'see docs/simulator.md for the fault script',
  );
}
