import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { judgeAgainstPrior } from './judge-against-prior.js';
import { judgeHead } from './judge-head.js';
import { judgePortfolio } from './judge-portfolio.js';
import { judgeRows } from './judge-rows.js';
import { GATE_RULES, type GateEvidence, type GateReason, type GateRule, type Verdict } from './report.js';

/** More data decides these, or people do: nothing that was measured speaks against the candidate. */
const UNDECIDED: readonly GateRule[] = ['data', 'few-trades', 'hole', 'drift', 'fewer-rows'];

/**
 * The verdict: a pass only where no rule of docs/gate.md speaks against it. Each head answers for its forecasts, all heads
 * together for the money. What could not be measured holds as well: an inconclusive gate is not a pass.
 */
export function judgeGate(evidence: GateEvidence, thresholds: GateThresholds): Verdict {
  const reasons = [
    ...evidence.heads.flatMap((head) => judgeHead(head, evidence.priorRelease, thresholds)),
    ...leftOut(evidence),
    ...judgeRows(evidence, thresholds),
    ...judgeAgainstPrior(evidence, thresholds),
    ...judgePortfolio(evidence, thresholds),
  ].sort((a, b) => GATE_RULES.indexOf(a.rule) - GATE_RULES.indexOf(b.rule));
  if (reasons.length === 0) return { verdict: 'pass', outcome: 'pass', reasons };
  const isUndecided = reasons.every(({ rule }) => UNDECIDED.includes(rule));
  return { verdict: 'hold', outcome: isUndecided ? 'inconclusive' : 'hold', reasons };
}

/** What a head that is gone would have earned is in no comparison: people decide whether it may go. */
function leftOut({ leftOutHeads = [], priorRelease }: GateEvidence): GateReason[] {
  return leftOutHeads.map((head) => ({
    rule: 'data',
    sentence: `${priorRelease} trades by ${head} as well, which the candidate leaves out: nothing was compared with that.`,
    ...{ value: null, threshold: null, head },
  }));
}
