import { type Ensemble, ensemble } from '../../shared/model/decision/ensemble.js';
import type { HeadName } from '../../shared/model/heads/head.js';
import type { TrainedHeadRecord } from './trained-head.js';

/**
 * How the heads share the expected move, from rows that none of them was trained on. A head's share is its skill, the
 * part of the class prior's log loss that it removes; its slope, at most 1, scales down what it promises too much. A head
 * without held-out skill gets weight 0, and without any skill the release does not trade. The order of the heads is that of
 * the release: see `ensemble`.
 */
export function fitEnsemble(heads: readonly TrainedHeadRecord[], policy: Ensemble['policy']): Ensemble {
  const skills = heads.map(({ holdout }) =>
    holdout && holdout.moveSlope > 0 ? Math.max(0, 1 - holdout.logLoss / holdout.classPriorLogLoss) : 0,
  );
  const totalSkill = skills.reduce((sum, skill) => sum + skill, 0);
  const weights: Record<HeadName, number> = {};
  const meanAbsMoveTicks: Record<HeadName, number> = {};
  for (const [i, { spec, data, holdout }] of heads.entries()) {
    const slope = Math.min(1, Math.max(0, holdout?.moveSlope ?? 0));
    weights[spec.name] = totalSkill > 0 ? (slope * skills[i]!) / totalSkill : 0;
    meanAbsMoveTicks[spec.name] = data.meanAbsMoveTicks;
  }
  return ensemble.parse({ v: 1, weights, meanAbsMoveTicks, policy });
}
