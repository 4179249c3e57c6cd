import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
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

/** What the gate said to one candidate of a market. */
const judgedSchema = z.strictObject({
  name: z.string(),
  isBad: z.boolean(),
  aim: z.number(),
  isHeld: z.boolean(),
  rules: z.array(z.string()),
});

/** A line of the study's file: a market that was played. */
const marketSchema = z.strictObject({
  seed: z.int(),
  days: z.int(),
  barDays: z.int(),
  judged: z.array(judgedSchema),
});

type Judged = z.infer<typeof judgedSchema>;
type Market = z.infer<typeof marketSchema>;

interface Tally extends StudyRow {
  readonly held: number;
  readonly rules: ReadonlyMap<string, number>;
  readonly isBad: boolean;
}

/** Candidates that are judged without a release in use. */
const FIRST = ['a leak', 'a weak leak'];
const TRIES = [30, 500];

/**
 * How often the gate is wrong: on SYNTHETIC markets as the default set-up makes them, with default thresholds and real
 * libxgboost, candidates that are known to be sound or bad. BELIEVE_GATE_MARKETS (60), BELIEVE_GATE_FIRST_SEED (1),
 * BELIEVE_GATE_DAYS (10) and BELIEVE_GATE_BAR_DAYS (120) change the study, BELIEVE_GATE_ARMS takes only arms whose names
 * hold one of these words (comma between them), BELIEVE_GATE_PLOT names a file for the plot (SVG), BELIEVE_GATE_PLAYED a file
 * (JSON Lines) that keeps each played market: a study that was stopped goes on there.
 */
export async function benchGate(log: (line: string) => void): Promise<BenchResult[]> {
  const markets = numberOf('BELIEVE_GATE_MARKETS', 60);
  const firstSeed = numberOf('BELIEVE_GATE_FIRST_SEED', 1);
  const days = numberOf('BELIEVE_GATE_DAYS', 10);
  const barDays = numberOf('BELIEVE_GATE_BAR_DAYS', 120);
  const words = process.env.BELIEVE_GATE_ARMS?.split(',') ?? [''];
  const { BELIEVE_GATE_PLAYED: keptIn, BELIEVE_GATE_PLOT: plot } = process.env;
  const arms = STUDY_ARMS.filter(({ name }) => words.some((word) => name.includes(word)));
  const library = await obtainLibxgboost({ progress: log });
  const thresholds = gateThresholds.parse({});
  const kept = keptIn ? playedBefore(keptIn).filter((one) => one.days === days && one.barDays === barDays) : [];
  const played: Market[] = [];
  for (let seed = firstSeed; seed < firstSeed + markets; seed++) {
    const before = kept.find((one) => one.seed === seed);
    const market = before ?? {
      ...{ seed, days, barDays },
      judged: await judgeMarket({ seed, days, barDays }, arms, { seed, library, thresholds }),
    };
    if (keptIn && !before) appendFileSync(keptIn, `${JSON.stringify(market)}\n`);
    played.push(market);
    log(
      `market ${played.length}/${markets}: held ${talliesOf(played)
        .map(({ held }) => held)
        .join(', ')}`,
    );
  }
  const tallies = talliesOf(played);
  for (const tally of tallies) log(lineOf(tally, markets));
  if (plot) writeFileSync(plot, studyPlot(tallies, markets));
  return tallies.map((tally) => resultOf(tally, markets));
}

function playedBefore(file: string): Market[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => marketSchema.parse(JSON.parse(line)));
}

async function judgeMarket(
  ask: { readonly seed: number; readonly days: number; readonly barDays: number },
  arms: readonly StudyArm[],
  options: StudyOptions,
): Promise<Judged[]> {
  const market = await studyMarket(ask);
  const all: Judged[] = [];
  const count = (
    name: string,
    { isBad, aim }: Pick<StudyArm, 'isBad' | 'aim'>,
    judged: ReturnType<typeof judgePlayed>,
  ) => {
    const { verdict, reasons } = judged.verdict;
    const rules = [...new Set(reasons.map(({ rule }) => rule))];
    all.push({ ...{ name, isBad, aim }, isHeld: verdict === 'hold', rules });
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
  return all;
}

function talliesOf(played: readonly Market[]): Tally[] {
  const all = played.flatMap(({ judged }) => judged);
  return [...Map.groupBy(all, ({ name }) => name)].map(([name, judged]) => {
    const [{ isBad, aim }] = judged as [Judged, ...Judged[]];
    const held = judged.filter(({ isHeld }) => isHeld).length;
    const rules = new Map<string, number>();
    for (const rule of judged.flatMap((one) => one.rules)) rules.set(rule, (rules.get(rule) ?? 0) + 1);
    const wrong = isBad ? judged.length - held : held;
    return { name: `${name}: ${isBad ? 'passed' : 'held'}`, ...{ isBad, aim, held, wrong, rules } };
  });
}

function lineOf({ name, wrong, rules }: Tally, markets: number): string {
  const { low, high } = wilsonInterval(wrong, markets);
  const named = [...rules].sort(([, a], [, b]) => b - a).map(([rule, times]) => `${rule} ${times}`);
  return `${name} ${wrong} of ${markets} (95 %: ${share(low)} to ${share(high)})${named.length > 0 ? `; ${named.join(', ')}` : ''}`;
}

function resultOf({ name, wrong, aim }: Tally, markets: number): BenchResult {
  return {
    job: `gate: ${name}`,
    ...{ ours: (100 * wrong) / markets, peer: 100 * aim, peerName: 'at most', unit: '%' },
    ...{ ratio: wrong / markets / aim, aim: '<= 1' },
  };
}

const share = (value: number) => `${(100 * value).toFixed(0)} %`;
