import { MINUTE_NS } from '../clock/minute-offsets.js';

/** A stretch of a date for plots: minutes from its first, and round times of day. */
export interface TimeAxis {
  readonly range: readonly [number, number];
  readonly labels: readonly { readonly value: number; readonly text: string }[];
  /** ns since the epoch as digits -> minutes from the first. */
  readonly minuteOf: (ns: string) => number;
}

/** Minutes between labels: about six of them. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360];

export function timeAxis(startsNs: readonly string[]): TimeAxis {
  const first = BigInt(startsNs[0] ?? '0');
  const minuteOf = (ns: string) => Number(BigInt(ns) - first) / MINUTE_NS;
  const last = Math.max(1, minuteOf(startsNs.at(-1) ?? '0') + 1);
  const step = STEPS.find((minutes) => last / minutes <= 6) ?? 720;
  const minuteOfDay = Number((first / BigInt(MINUTE_NS)) % 1440n);
  const labels: { value: number; text: string }[] = [];
  for (let at = Math.ceil(minuteOfDay / step) * step; at <= minuteOfDay + last; at += step)
    labels.push({ value: at - minuteOfDay, text: timeText(at % 1440) });
  return { range: [0, last], labels, minuteOf };
}

function timeText(minuteOfDay: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
}
