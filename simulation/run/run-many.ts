import type { Violation } from '../invariants/violation.js';
import { runSeeds } from './workers.js';

export interface ManyAsk {
  readonly from: number;
  readonly count: number;
  readonly jobs: number;
  readonly json: boolean;
  readonly forgives: string;
  readonly without: string;
}

const PROGRESS_EVERY_MS = 2000;

/** Runs many days, tells each violation as it is found, and what was found at the end. @returns whether nothing was */
export async function runMany({ from, count, jobs, json, forgives, without }: ManyAsk): Promise<boolean> {
  const startedMs = Date.now();
  const found = new Map<string, { count: number; seed: number; violation: Violation }>();
  let days = 0;
  let cpuSeconds = 0;
  const sums = { events: 0, orders: 0, executions: 0, starts: 0 };
  const progress = setInterval(() => process.stderr.write(progressLine(days, count, startedMs)), PROGRESS_EVERY_MS);
  try {
    await runSeeds({
      seeds: Array.from({ length: count }, (_, i) => from + i),
      ...{ jobs: Math.min(jobs, count), env: { SIMULATION_FORGIVES: forgives, SIMULATION_WITHOUT: without } },
      onAnswer: ({ seed, result, cpuSeconds: spent }) => {
        days++;
        cpuSeconds += spent;
        for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += result[key];
        const { violation } = result;
        if (!violation) return true;
        const known = found.get(violation.invariant);
        found.set(violation.invariant, known ? { ...known, count: known.count + 1 } : { count: 1, seed, violation });
        process.stderr.write(
          `\rseed ${seed}: ${violation.invariant} at ${(violation.atMs / 1000).toFixed(1)} s: ${violation.what.slice(0, 300)}\n`,
        );
        return true;
      },
    });
  } finally {
    clearInterval(progress);
  }
  const seconds = (Date.now() - startedMs) / 1000;
  const summary = {
    from,
    days,
    ...sums,
    seconds,
    cpuSecondsADay: cpuSeconds / Math.max(1, days),
    found: Object.fromEntries(found),
  };
  process.stderr.write('\r');
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : text(summary));
  return found.size === 0;
}

function progressLine(days: number, count: number, startedMs: number): string {
  const perSecond = days / ((Date.now() - startedMs) / 1000);
  return `\r${days} of ${count} days, ${perSecond.toFixed(1)} a second `;
}

function text(summary: {
  from: number;
  days: number;
  events: number;
  orders: number;
  executions: number;
  starts: number;
  seconds: number;
  cpuSecondsADay: number;
  found: Record<string, { count: number; seed: number; violation: Violation }>;
}): string {
  const { days, orders, executions, starts, seconds, cpuSecondsADay } = summary;
  const lines = Object.entries(summary.found)
    .sort(([, a], [, b]) => b.count - a.count)
    .map(
      ([invariant, { count, seed }]) =>
        `  ${invariant.padEnd(24)} ${String(count).padStart(5)} days, first seed ${seed}`,
    );
  return [
    `${days} days from seed ${summary.from}: ${orders} orders, ${executions} executions, ${starts} starts of the bridge`,
    `${seconds.toFixed(0)} s, ${cpuSecondsADay.toFixed(3)} s of processor time a day`,
    ...(lines.length > 0 ? ['violations:', ...lines] : ['0 violations']),
    '',
  ].join('\n');
}
