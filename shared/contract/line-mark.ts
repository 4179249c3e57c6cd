import { jsonOrUndefined } from '../fields/json-or-undefined.js';
import { UTC_TIME } from '../fields/utc-time.js';
import type { LineMark } from './batch.js';

/** The number that a line carries among its kind, by the names that the bridge's files have for it. */
const NUMBERS = ['n', 'seq', 'afterEventSeq', 'counter'];
const TIMES = ['marketTime', 'at', 'wallTime'];

/** What a line says of itself. A line that is none of ours says nothing: whoever receives it will say so. */
export function markOf(line: string): LineMark {
  const said = jsonOrUndefined(line);
  if (typeof said !== 'object' || said === null) return { seq: null, time: null };
  const value = said as Record<string, unknown>;
  const seq = NUMBERS.map((name) => value[name]).find((number) => Number.isSafeInteger(number) && Number(number) >= 0);
  return { seq: (seq as number | undefined) ?? null, time: timeOf(value) };
}

/** Of lines in order: the first word for each, whichever line has it. */
export function firstMark(lines: readonly string[]): LineMark {
  let mark: LineMark = { seq: null, time: null };
  for (const line of lines) {
    const next = markOf(line);
    mark = { seq: mark.seq ?? next.seq, time: mark.time ?? next.time };
    if (mark.seq !== null && mark.time !== null) break;
  }
  return mark;
}

function timeOf(value: Record<string, unknown>): string | null {
  const { ts } = value;
  if (typeof ts === 'string' && /^\d{1,19}$/.test(ts)) return utcOfNs(BigInt(ts));
  const text = TIMES.map((name) => value[name]).find((time) => typeof time === 'string' && UTC_TIME.test(time));
  return (text as string | undefined) ?? null;
}

/** ns since the epoch as ISO 8601. */
function utcOfNs(ns: bigint): string | null {
  const second = new Date(Number(ns / 1_000_000_000n) * 1000);
  if (Number.isNaN(second.getTime()) || second.getUTCFullYear() > 9999) return null;
  return `${second.toISOString().slice(0, 19)}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
}
