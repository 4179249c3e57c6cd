import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { judgeHead } from './judge-head.js';
import { judgePortfolio, warnPortfolio } from './judge-portfolio.js';
import type { GateEvidence, Verdict } from './report.js';

/**
 * The verdict: a pass only where no rule of docs/gate.md speaks against it. Each head answers for its forecasts, all heads
 * together for the money. What could not be measured holds as well: an inconclusive gate is not a pass.
 */
export function judgeGate(evidence: GateEvidence, thresholds: GateThresholds): Verdict {
  const reasons = [
    ...evidence.heads.flatMap((head) => judgeHead(head, evidence.priorRelease, thresholds)),
    ...judgePortfolio(evidence, thresholds),
  ];
  return {
    verdict: reasons.length === 0 ? 'pass' : 'hold',
    reasons,
    warnings: warnPortfolio(evidence, thresholds),
  };
}
