import type { GateRule } from '../research/gate/report.js';
import { obtainLibxgboost } from '../setup/libxgboost.js';
import { gateThresholds } from '../shared/config/gate-thresholds.js';
import type { BenchResult } from './bench-result.js';
import { REAL_BARS, realMarket } from './gate/real-market.js';
import { BASE, judgePlayed, playArm } from './gate/study.js';
import { STUDY_ARMS } from './gate/study-arms.js';

const REDRAWN = 6;
const ANOTHER_SEED = STUDY_ARMS.find(({ name }) => name.includes('another seed'))!;
/** What only a comparison with the prior can say. */
const COMPARISONS: readonly GateRule[] = [
  'log-loss-worse',
  'net-pnl-worse',
  'calibration-rise',
  'hit-rate',
  'turnover',
  'fewer-rows',
];

/**
 * The gate on bars that were really traded: the model of each market against itself must not pass where it does not earn, and a candidate that
 * only the seed tells from the prior must not be called worse, on markets whose trade dates were redrawn in blocks.
 * BELIEVE_GATE_MARKETS (6) changes how many are redrawn of each.
 */
export async function benchGateReal(log: (line: string) => void): Promise<BenchResult[]> {
  const redrawn = Number(process.env.BELIEVE_GATE_MARKETS ?? REDRAWN);
  const library = await obtainLibxgboost({ progress: log });
  const thresholds = gateThresholds.parse({ seedsPerArm: 2 });
  const results: BenchResult[] = [];
  for (const instrument of Object.keys(REAL_BARS) as (keyof typeof REAL_BARS)[]) {
    const real = await playArm(await realMarket(instrument, 0), BASE, { seed: 0, library, thresholds });
    const { verdict } = judgePlayed(real, real, { seed: 0, thresholds });
    log(`${instrument} as it was: ${verdict.outcome}; ${verdict.reasons.map(({ sentence }) => sentence).join(' ')}`);
    let [worse, passed] = [0, 0];
    for (let seed = 1; seed <= redrawn; seed++) {
      const market = await realMarket(instrument, seed);
      const options = { seed, library, thresholds };
      const base = await playArm(market, BASE, options);
      const { reasons, verdict: said } = judgePlayed(
        await playArm(market, ANOTHER_SEED, options),
        base,
        options,
      ).verdict;
      if (said === 'pass') passed++;
      if (reasons.some(({ rule }) => COMPARISONS.includes(rule))) worse++;
      log(`${instrument} redrawn ${seed}/${redrawn}: ${reasons.map(({ rule }) => rule).join(', ') || 'pass'}`);
    }
    results.push(
      shareOf(`${instrument}, its model against itself: passed`, verdict.verdict === 'pass' ? 1 : 0, 1, 0.05),
      shareOf(`${instrument} redrawn, another seed: passed`, passed, redrawn, 0.05),
      shareOf(`${instrument} redrawn, another seed: called worse`, worse, redrawn, 0.1),
    );
  }
  return results;
}

function shareOf(name: string, times: number, of: number, aim: number): BenchResult {
  return {
    job: `gate: ${name} (${of})`,
    ...{ ours: (100 * times) / of, peer: 100 * aim, peerName: 'at most', unit: '%' },
    ...{ ratio: times / of / aim, aim: '<= 1' },
  };
}
