import { writeFileSync } from 'node:fs';
import { wilsonInterval } from '../research/gate/statistics/wilson.js';
import { obtainLibxgboost } from '../setup/libxgboost.js';
import { gateThresholds } from '../shared/config/gate-thresholds.js';
import { UsageFailure } from '../shared/failure.js';
import type { BenchResult } from './bench-result.js';
import { BASE, judgePlayed, type Played, playArm, type StudyOptions } from './gate/study.js';
import { STUDY_ARMS, type StudyArm } from './gate/study-arms.js';
import { studyMarket } from './gate/study-market.js';
import { type StudyRow, studyPlot } from './gate/study-plot.js';
import { bestOf } from './gate/winners.js';

const numberOf = (name: string, usual: number) => {
  const value = Number(process.env[name] ?? usual);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new UsageFailure(`${name} is ${process.env[name]}`, 'give a whole number above 0');
};

interface Tally {
  readonly name: string;
  readonly isBad: boolean;
  readonly aim: number;
  held: number;
  readonly rules: Map<string, number>;
}

/** Candidates that are judged without a release in use. */
const FIRST = ['a leak', 'a weak leak'];
const TRIES = [30, 500];

/**
 * How often the gate is wrong: on SYNTHETIC markets as the default set-up makes them, with default thresholds and real
 * libxgboost, candidates that are known to be sound or bad. BELIEVE_GATE_MARKETS (60), BELIEVE_GATE_FIRST_SEED (1),
 * BELIEVE_GATE_DAYS (10) and BELIEVE_GATE_BAR_DAYS (120) change the study, BELIEVE_GATE_ARMS takes only arms whose names
 * hold one of these words (comma between them), BELIEVE_GATE_PLOT names a file for the plot (SVG).
 */
export async function benchGate(log: (line: string) => void): Promise<BenchResult[]> {
  const markets = numberOf('BELIEVE_GATE_MARKETS', 60);
  const firstSeed = numberOf('BELIEVE_GATE_FIRST_SEED', 1);
  const days = numberOf('BELIEVE_GATE_DAYS', 10);
  const barDays = numberOf('BELIEVE_GATE_BAR_DAYS', 120);
  const words = process.env.BELIEVE_GATE_ARMS?.split(',') ?? [''];
  const arms = STUDY_ARMS.filter(({ name }) => words.some((word) => name.includes(word)));
  const library = await obtainLibxgboost({ progress: log });
  const thresholds = gateThresholds.parse({});
  const tallies = new Map<string, Tally>();
  for (let market = 0; market < markets; market++) {
    const seed = firstSeed + market;
    await judgeMarket({ seed, days, barDays }, arms, { seed, library, thresholds }, tallies);
    log(`market ${market + 1}/${markets}: held ${[...tallies.values()].map(({ held }) => held).join(', ')}`);
  }
  for (const tally of tallies.values()) log(lineOf(tally, markets));
  const plot = process.env.BELIEVE_GATE_PLOT;
  if (plot)
    writeFileSync(
      plot,
      studyPlot(
        [...tallies.values()].map((one): StudyRow => rowOf(one, markets)),
        markets,
      ),
    );
  return [...tallies.values()].map((tally) => resultOf(tally, markets));
}

async function judgeMarket(
  ask: { readonly seed: number; readonly days: number; readonly barDays: number },
  arms: readonly StudyArm[],
  options: StudyOptions,
  tallies: Map<string, Tally>,
): Promise<void> {
  const market = await studyMarket(ask);
  const count = (
    name: string,
    { isBad, aim }: Pick<StudyArm, 'isBad' | 'aim'>,
    judged: ReturnType<typeof judgePlayed>,
  ) => {
    const tally = tallies.get(name) ?? { ...{ name, isBad, aim }, held: 0, rules: new Map() };
    tallies.set(name, tally);
    const { verdict, reasons } = judged.verdict;
    if (verdict === 'hold') tally.held++;
    for (const rule of new Set(reasons.map((reason) => reason.rule)))
      tally.rules.set(rule, (tally.rules.get(rule) ?? 0) + 1);
  };
  const base = await playArm(market, BASE, options);
  const first = (played: Played) => judgePlayed(played, null, options);
  count('a first release that is sound', { isBad: false, aim: 0.1 }, first(base));
  for (const arm of arms) {
    const played = await playArm(market, arm, options);
    count(arm.name, arm, judgePlayed(played, base, options));
    if (FIRST.some((word) => arm.name.startsWith(word))) count(`${arm.name}, in a first release`, arm, first(played));
  }
  for (const tries of TRIES) {
    const { played, others } = bestOf(base, tries, options.seed);
    count(
      `the best of ${tries} worthless, all counted`,
      { isBad: true, aim: 0.05 },
      judgePlayed(played, null, options, others),
    );
  }
}

function lineOf({ name, held, rules }: Tally, markets: number): string {
  const { low, high } = wilsonInterval(held, markets);
  const named = [...rules].sort(([, a], [, b]) => b - a).map(([rule, times]) => `${rule} ${times}`);
  return `${name}: held ${held} of ${markets} (95 %: ${share(low)} to ${share(high)})${named.length > 0 ? `; ${named.join(', ')}` : ''}`;
}

function rowOf({ name, isBad, aim, held }: Tally, markets: number): StudyRow {
  const wrong = isBad ? markets - held : held;
  return { name: `${name}: ${isBad ? 'passed' : 'held'}`, wrong, aim };
}

function resultOf(tally: Tally, markets: number): BenchResult {
  const { name, wrong, aim } = rowOf(tally, markets);
  return {
    job: `gate: ${name}`,
    ...{ ours: (100 * wrong) / markets, peer: 100 * aim, peerName: 'at most', unit: '%' },
    ...{ ratio: wrong / markets / aim, aim: '<= 1' },
  };
}

const share = (value: number) => `${(100 * value).toFixed(0)} %`;
