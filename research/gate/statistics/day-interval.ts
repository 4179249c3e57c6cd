import type { Interval } from '../report.js';
import { studentTQuantile } from './student-t.js';
import { sumOf } from './total.js';

/** One-sided: the ends of an interval are its 5 % and its 95 % bound. */
const LEVEL = 0.05;
/** Fewer trade dates say nothing of how widely they scatter. */
const DAYS_MIN = 3;

/**
 * A ratio of sums over trade dates, with Student's t over dates: what is correlated within a date stays together, and six dates
 * have the bounds of six dates. The variance is that of the dates' deviations from the ratio (delta method; for a denominator of 1
 * a date, as in a total, the usual one of a mean).
 * @returns null with fewer than three dates
 */
export function ratioInterval(above: readonly number[], below: readonly number[]): Interval | null {
  const days = above.length;
  if (days < DAYS_MIN) return null;
  const whole = sumOf(below);
  const estimate = sumOf(above) / whole;
  const squares = above.reduce((sum, value, day) => sum + (value - estimate * below[day]!) ** 2, 0);
  const error = Math.sqrt((squares * days) / (days - 1)) / whole;
  const reach = studentTQuantile(1 - LEVEL, days - 1) * error;
  return { estimate, low: estimate - reach, high: estimate + reach };
}

/** The same of a sum over trade dates. */
export function totalInterval(values: readonly number[]): Interval | null {
  const mean = ratioInterval(
    values,
    values.map(() => 1),
  );
  if (!mean) return null;
  const days = values.length;
  return { estimate: sumOf(values), low: mean.low * days, high: mean.high * days };
}
