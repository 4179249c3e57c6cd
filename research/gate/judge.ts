import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { judgeHead } from './judge-head.js';
import { judgePortfolio, warnPortfolio } from './judge-portfolio.js';
import type { GateEvidence, GateReason, Verdict } from './report.js';

/**
 * The verdict: a pass only where no rule of docs/gate.md speaks against it. Each head answers for its forecasts, all heads
 * together for the money. What could not be measured holds as well: an inconclusive gate is not a pass.
 */
export function judgeGate(evidence: GateEvidence, thresholds: GateThresholds): Verdict {
  const reasons = [
    ...evidence.heads.flatMap((head) => judgeHead(head, evidence.priorRelease, thresholds)),
    ...leftOut(evidence),
    ...judgePortfolio(evidence, thresholds),
  ];
  return {
    verdict: reasons.length === 0 ? 'pass' : 'hold',
    reasons,
    warnings: warnPortfolio(evidence, thresholds),
  };
}

/** What a head that is gone would have earned is in no comparison: people decide whether it may go. */
function leftOut({ leftOutHeads = [], priorRelease }: GateEvidence): GateReason[] {
  return leftOutHeads.map((head) => ({
    rule: 'data',
    sentence: `${priorRelease} trades by ${head} as well, which the candidate leaves out: nothing was compared with that.`,
    ...{ value: null, threshold: null, head },
  }));
}
