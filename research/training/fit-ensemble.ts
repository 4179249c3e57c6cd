import { type CalibratedEnsemble, ensemble, type Policy } from '../../shared/model/decision/ensemble.js';
import type { HeadName } from '../../shared/model/heads/head.js';
import { solve } from './calibrate-head.js';
import type { OutOfFold } from './out-of-fold.js';

/** No head that is shipped is left unheard; one that deserves less is a reason for the gate, or for people, to leave it out. */
export const WEIGHT_MIN = 0.05;
/** Moments at which all heads had something to say; fewer tell nothing of what they have in common. */
const COMMON_MOMENTS_MIN = 200;
/** Of a variance, added to it: two heads that say the same share the weight. */
const RIDGE = 0.1;

/**
 * How the heads' expected moves add up, from rows that none of them was trained on. The unit is a move of the mid that stays: what a
 * head expects to its own horizon is expected to last, so that forecasts of different horizons can be added. A head that
 * promises too much is scaled down by its slope. Of forecasts that are right on average, the best linear sum has the weights
 * C^-1 diag(C) with C their second moments: 1 for heads that know different things, a share for those that say the same.
 * The order of the heads is that of the release: see `ensemble`.
 */
export function fitEnsemble(heads: readonly OutOfFold[], policy: Policy): CalibratedEnsemble {
  const slopes = heads.map(({ moveSlope }) => Math.min(1, Math.max(0, moveSlope)));
  const shares = sharesOf(heads, slopes);
  const weights: Record<HeadName, number> = {};
  const forecasts: Record<HeadName, OutOfFold['forecast']> = {};
  for (const [i, { head, forecast }] of heads.entries()) {
    weights[head] = Math.min(1, Math.max(WEIGHT_MIN, slopes[i]! * shares[i]!));
    forecasts[head] = forecast;
  }
  return ensemble.parse({ v: 2, weights, forecasts, policy }) as CalibratedEnsemble;
}

function sharesOf(heads: readonly OutOfFold[], slopes: readonly number[]): number[] {
  const alike = heads.map(() => 1 / heads.length);
  if (heads.length === 1) return alike;
  const heard = heads.map((_, i) => i).filter((i) => slopes[i]! > 0);
  const moments = commonMoments(heard.map((i) => heads[i]!));
  if (moments.length < COMMON_MOMENTS_MIN) return alike;
  const products = heard.map((a, i) =>
    Float64Array.from(heard, (b, j) =>
      moments.reduce((sum, said) => sum + slopes[a]! * said[i]! * slopes[b]! * said[j]!, 0),
    ),
  );
  const variances = products.map((row, i) => row[i]!);
  for (const [i, row] of products.entries()) row[i]! += RIDGE * variances[i]! || 1;
  const solved = solve(products, variances);
  const shares = heads.map(() => 0);
  for (const [i, head] of heard.entries()) shares[head] = solved[i]! * (1 + RIDGE);
  return shares;
}

/** What every head expects at the moments of the one that speaks most often: its last word that still holds. */
function commonMoments(heads: readonly OutOfFold[]): number[][] {
  const clock = heads.reduce<OutOfFold | undefined>(
    (most, one) => (most && most.startMs.length >= one.startMs.length ? most : one),
    undefined,
  );
  const at = heads.map(() => 0);
  const moments: number[][] = [];
  for (const now of clock?.startMs ?? []) {
    const said = heads.map(({ startMs, endMs, expectedTicks }, head) => {
      while (at[head]! + 1 < startMs.length && startMs[at[head]! + 1]! <= now) at[head]!++;
      const last = at[head]!;
      return startMs[last]! <= now && now <= endMs[last]! ? expectedTicks[last]! : Number.NaN;
    });
    if (said.every((ticks) => !Number.isNaN(ticks))) moments.push(said);
  }
  return moments;
}
