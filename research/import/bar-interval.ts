import { BadInput } from '../../shared/failure.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A market is shut for at least so long; what is shorter is a hole. */
const CLOSURE_MS = 8 * HOUR_MS;
/** Bars that may be missing, as a share of the steps between two bars, for the usual step to be the length of a bar. */
const HOLES_SHARE_MAX = 0.1;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: MINUTE_MS, min: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
const WORD_MS: Readonly<Record<string, number>> = { minutely: MINUTE_MS, hourly: HOUR_MS, daily: DAY_MS };

/** How long bars are, where `5m`, `30s`, `4h` or `1d` says so; null where it says nothing. */
export function intervalOfText(text: string): number | null {
  const match = /^(\d{1,4})(s|m|min|h|d)$/.exec(text);
  const ms = match ? Number(match[1]) * UNIT_MS[match[2]!]! : (WORD_MS[text] ?? 0);
  return ms > 0 ? ms : null;
}

/** ...where a file's name says so: `ESH4-5m.csv`, `NQ_hourly.csv`, `sparse1min.csv`. */
export function intervalOfName(name: string): number | null {
  const found = /(?<![\dA-Z])(\d{1,4}(?:s|min|m|h|d))(?![A-Za-z0-9])|\b(minutely|hourly|daily)\b/.exec(
    name.replaceAll('_', '-'),
  );
  return found ? intervalOfText(found[1] ?? found[2]!) : null;
}

/**
 * ...by the opens of the first bars, in order. @param file for the error
 * @throws BadInput where they do not say it clearly: bars are missing, or lie anyhow
 */
export function intervalOfOpens(file: string, opensMs: readonly number[]): number {
  // Bars out of order are refused one by one.
  const steps = opensMs
    .slice(1)
    .map((open, i) => open - opensMs[i]!)
    .filter((step) => step > 0);
  const usual = mostFrequent(steps);
  const within = steps.filter((step) => step < CLOSURE_MS || step === usual);
  const isClear =
    steps.length > 0 &&
    steps.every((step) => isMultiple(step, usual)) &&
    within.filter((step) => step !== usual).length <= HOLES_SHARE_MAX * within.length;
  if (!isClear)
    throw new BadInput(
      file,
      undefined,
      `does not say how long its bars are: the first ${opensMs.length} begin ${differentSteps(steps)} apart`,
      'give --interval, such as 1m, 5m, 1h or 1d, or put it into the name of the file',
    );
  return usual;
}

/** Whether a bar may begin so long after another. Where bars are longer than an hour, a market's clock may have changed. */
export function isMultiple(stepMs: number, intervalMs: number): boolean {
  const rest = stepMs % intervalMs;
  if (rest === 0) return true;
  return intervalMs > HOUR_MS && (rest === HOUR_MS || rest === intervalMs - HOUR_MS);
}

/** Of several that are alike the shortest; NaN of none. */
function mostFrequent(steps: readonly number[]): number {
  const times = new Map<number, number>();
  for (const step of steps) times.set(step, (times.get(step) ?? 0) + 1);
  const ranked = [...times].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b);
  return ranked[0]?.[0] ?? Number.NaN;
}

function differentSteps(steps: readonly number[]): string {
  const seconds = [...new Set(steps)].sort((a, b) => a - b).map((step) => step / 1000);
  return `${seconds.slice(0, 5).join(', ')}${seconds.length > 5 ? ', ...' : ''} s`;
}
