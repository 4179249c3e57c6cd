import { normalQuantile } from './normal.js';

/** Wilson's score interval of a share (1927), two-sided at `confidence`. @throws RangeError without trials */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): { low: number; high: number } {
  if (!(trials > 0)) throw new RangeError('an interval of a share needs at least one trial');
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const share = successes / trials;
  const centre = share + (z * z) / (2 * trials);
  const reach = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return { low: Math.max(0, (centre - reach) / scale), high: Math.min(1, (centre + reach) / scale) };
}
