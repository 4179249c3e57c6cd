import { wilsonInterval } from '../research/gate/statistics/wilson.js';
import { obtainLibxgboost } from '../setup/libxgboost.js';
import { gateThresholds } from '../shared/config/gate-thresholds.js';
import { UsageFailure } from '../shared/failure.js';
import type { BenchResult } from './bench-result.js';
import { judgeArms } from './gate/study.js';
import { STUDY_ARMS, type StudyArm } from './gate/study-arms.js';
import { studyMarket } from './gate/study-market.js';

const numberOf = (name: string, usual: number) => {
  const value = Number(process.env[name] ?? usual);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new UsageFailure(`${name} is ${process.env[name]}`, 'give a whole number above 0');
};

interface Tally {
  readonly arm: StudyArm;
  held: number;
  readonly rules: Map<string, number>;
}

/**
 * How often the gate is wrong: on SYNTHETIC markets as the default set-up makes them, with default thresholds and real
 * libxgboost, candidates that are known to be sound or bad. BELIEVE_GATE_MARKETS (60), BELIEVE_GATE_FIRST_SEED (1),
 * BELIEVE_GATE_DAYS (10) and BELIEVE_GATE_BAR_DAYS (120) change the study.
 */
export async function benchGate(log: (line: string) => void): Promise<BenchResult[]> {
  const markets = numberOf('BELIEVE_GATE_MARKETS', 60);
  const firstSeed = numberOf('BELIEVE_GATE_FIRST_SEED', 1);
  const days = numberOf('BELIEVE_GATE_DAYS', 10);
  const barDays = numberOf('BELIEVE_GATE_BAR_DAYS', 120);
  const library = await obtainLibxgboost({ progress: log });
  const thresholds = gateThresholds.parse({});
  const tallies: Tally[] = STUDY_ARMS.map((arm) => ({ arm, held: 0, rules: new Map() }));
  for (let market = 0; market < markets; market++) {
    const seed = firstSeed + market;
    const verdicts = await judgeArms(await studyMarket({ seed, days, barDays }), STUDY_ARMS, {
      ...{ seed, library, thresholds },
    });
    for (const [at, judged] of verdicts.entries()) {
      const { verdict, reasons } = judged.verdict;
      const tally = tallies[at]!;
      if (verdict === 'hold') tally.held++;
      for (const rule of new Set(reasons.map((reason) => reason.rule)))
        tally.rules.set(rule, (tally.rules.get(rule) ?? 0) + 1);
    }
    log(`market ${market + 1}/${markets}: held ${tallies.map(({ held }) => held).join(', ')}`);
  }
  for (const tally of tallies) log(lineOf(tally, markets));
  return tallies.map((tally) => resultOf(tally, markets));
}

function lineOf({ arm, held, rules }: Tally, markets: number): string {
  const { low, high } = wilsonInterval(held, markets);
  const named = [...rules].sort(([, a], [, b]) => b - a).map(([rule, times]) => `${rule} ${times}`);
  return `${arm.name}: held ${held} of ${markets} (95 %: ${share(low)} to ${share(high)})${named.length > 0 ? `; ${named.join(', ')}` : ''}`;
}

function resultOf({ arm, held }: Tally, markets: number): BenchResult {
  const wrong = (arm.isBad ? markets - held : held) / markets;
  return {
    job: `gate: ${arm.name}: ${arm.isBad ? 'passed' : 'held'}`,
    ...{ ours: 100 * wrong, peer: 100 * arm.aim, peerName: 'at most', unit: '%' },
    ...{ ratio: wrong / arm.aim, aim: '<= 1' },
  };
}

const share = (value: number) => `${(100 * value).toFixed(0)} %`;
