import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { HeadName } from '../../shared/model/heads/head.js';
import type { GateEvidence, GateReason, GateRule } from './report.js';
import { combinedP, holm, type WeightedP } from './statistics/family.js';
import { percent, probability, ticks } from './wording.js';

/** `p` is one-sided: small where the candidate is worse. */
interface Test extends WeightedP {
  readonly rule: GateRule;
  readonly head?: HeadName;
  /** Before the p. */
  readonly words: string;
}

/**
 * Whether the candidate is worse than the prior: one family of tests (each head's forecasts, all heads' forecasts together, what
 * they earn), so that a candidate that is no worse is held with the chance `significance` at most, however many tests there are.
 */
export function judgeAgainstPrior(evidence: GateEvidence, { significance }: GateThresholds): GateReason[] {
  const tests = testsOf(evidence);
  const adjusted = holm(tests);
  return tests.flatMap(({ rule, head, words }, at) => {
    const p = adjusted[at]!;
    if (p >= significance) return [];
    const sentence = `${words} (p = ${probability(p)} over ${tests.length} comparison${tests.length === 1 ? '' : 's'}).`;
    return [{ rule, sentence, value: p, threshold: significance, ...(head === undefined ? {} : { head }) }];
  });
}

function testsOf({ heads, portfolio }: GateEvidence): Test[] {
  const compared = heads.flatMap(({ head, comparison }): Test[] => {
    if (!comparison) return [];
    const { dieboldMariano, logLossRise } = comparison;
    const words = `${head} forecasts significantly worse than the prior: log loss ${percent(logLossRise)} higher`;
    return [{ rule: 'log-loss-worse', head, p: dieboldMariano.pWorse, weight: 1, words }];
  });
  const net = portfolio?.comparison;
  const tests: Test[] = [
    ...compared,
    ...(net
      ? [
          {
            ...{ rule: 'net-pnl-worse' as const, p: net.dieboldMariano.pWorse, weight: 1 },
            words: `It earns significantly less than the prior after costs${net.netTicksGain ? `: ${ticks(-net.netTicksGain.estimate)} ticks less` : ''}`,
          },
        ]
      : []),
  ];
  if (compared.length < 2) return tests;
  // Half of the level: what spoils labels or features spoils all heads a little, and shows here first (docs/gate.md).
  const together = { rule: 'log-loss-worse' as const, p: combinedP(compared.map(({ p }) => p)), weight: tests.length };
  return [...tests, { ...together, words: 'All heads together forecast significantly worse than the prior' }];
}
