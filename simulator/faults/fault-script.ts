import { z } from 'zod';
import { BadInput } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import { connectionActions } from './actions/connection-actions.js';
import { dataActions } from './actions/data-actions.js';
import { ms, positive } from './actions/fields.js';
import { handActions } from './actions/hand-actions.js';
import { orderActions } from './actions/order-actions.js';
import { reportActions } from './actions/report-actions.js';
import { transportActions } from './actions/transport-actions.js';

/** What can go wrong. Every entry of a fault script is one of these. */
export const faultAction = z.discriminatedUnion('do', [
  ...transportActions,
  ...connectionActions,
  ...reportActions,
  ...orderActions,
  ...handActions,
  ...dataActions,
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
  return readInputText(file, HANDWRITTEN_BYTES_MAX)
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
