import { rangeOfMore, seenOf } from '../../gate/statistics/one-more.js';
import { PHASE_NAMES } from '../drift/session-phases.js';
import type { MonitorReport } from '../report.js';
import type { Survey } from './survey.js';

type Phases = MonitorReport['data']['phases'];

/** Dates that a date is compared with. */
export const DATES_COMPARED = 20;
const DATES_MIN = 5;
/** One date in a thousand lies outside by chance, and half of those below. */
const LEVEL = 0.999;
const DEVIATION_LEAST = 0.05;
const SECONDS_MIN = 20;

/** Events a second by phase, against those of the last dates: on a logarithmic scale, by Student's t of one more date. */
export function phaseRates(survey: Pick<Survey, 'phases'>, before: readonly Pick<MonitorReport, 'data'>[]): Phases {
  const phases: Phases = {};
  for (const phase of PHASE_NAMES) {
    const own = survey.phases[phase];
    if (!own) continue;
    const rates = before
      .map(({ data }) => data.phases[phase])
      .flatMap((one) =>
        one && one.events > 0 && one.seconds >= SECONDS_MIN ? [Math.log(one.events / one.seconds)] : [],
      );
    phases[phase] = { ...own, usual: rates.length < DATES_MIN ? null : { dates: rates.length, ...rangeOf(rates) } };
  }
  return phases;
}

function rangeOf(logs: readonly number[]): { low: number; high: number } {
  const { low, high } = rangeOfMore(seenOf(logs, DEVIATION_LEAST), LEVEL);
  return { low: Math.exp(low), high: Math.exp(high) };
}

/** Phases with events far from what is usual, each as a sentence. */
export function oddRates(phases: Phases): string[] {
  return Object.entries(phases).flatMap(([phase, { events, seconds, usual }]) => {
    if (!usual || seconds < SECONDS_MIN) return [];
    const rate = events / seconds;
    if (rate >= usual.low && rate <= usual.high) return [];
    return [
      `${phase}: ${rate.toFixed(1)} events a second, where ${usual.low.toFixed(1)} to ${usual.high.toFixed(1)} are usual (${usual.dates} dates)`,
    ];
  });
}
