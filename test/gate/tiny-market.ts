import type { ArmScore, DayScore } from '../../research/gate/fold-contract.js';
import { planFolds } from '../../research/gate/fold-plan.js';
import type { GateRun } from '../../research/gate/gather-evidence.js';
import type { PolicyDay, PolicyRun } from '../../research/gate/policy-day.js';
import { type Learn, type ScoredFold, scoreFold } from '../../research/gate/score-fold.js';
import { type GateThresholds, gateThresholds } from '../../shared/config/gate-thresholds.js';
import type { HeadName, HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import { seededRandom } from '../../shared/random.js';

export const THRESHOLDS: GateThresholds = gateThresholds.parse({ testRowsMin: 20 });

export interface TinyMarket {
  readonly head?: HeadName;
  readonly seed: number;
  readonly days: number;
  readonly rowsPerDay: number;
  /** Share of a move that feature 0 foretells; 0 is a market without any edge. */
  readonly signal: number;
  readonly classes?: 2 | 3;
}

const DAY_MS = 86_400_000;
const ROW_MS = 60_000;
/** Each label reaches over the next three rows. */
const HORIZON_ROWS = 4;

/**
 * SYNTHETIC samples of a random walk: feature 0 foretells the move after its row, feature 1 does so a third as well, features
 * 2 and 3 are noise.
 */
export function tinySamples({ head = 'F2_dom', seed, days, rowsPerDay, signal, classes = 2 }: TinyMarket): HeadSamples {
  const random = seededRandom(seed);
  const rows = days * rowsPerDay;
  const features = new Float32Array(new SharedArrayBuffer(4 * 4 * rows));
  const samples: HeadSamples = {
    head: {
      name: head,
      features: ['signal', 'weak_signal', 'noise_1', 'noise_2'],
      classes,
      horizonMs: HORIZON_ROWS * ROW_MS,
      flatTicks: classes === 3 ? 1 : 0,
    },
    rows,
    columns: 4,
    features,
    label: new Uint8Array(rows),
    startMs: new Float64Array(rows),
    endMs: new Float64Array(rows),
    tradeDate: new Int32Array(rows),
    moveTicks: new Float32Array(rows),
    costTicks: new Float32Array(rows).fill(0.5),
  };
  for (let day = 0; day < days; day++) {
    const steps = Array.from({ length: rowsPerDay + HORIZON_ROWS }, () => gaussian(random));
    for (let i = 0; i < rowsPerDay; i++) {
      const row = day * rowsPerDay + i;
      const ahead = steps.slice(i, i + HORIZON_ROWS).reduce((sum, step) => sum + step, 0) / Math.sqrt(HORIZON_ROWS);
      for (const [column, strength] of [signal, signal / 3, 0, 0].entries())
        features[4 * row + column] = strength * ahead + Math.sqrt(1 - strength * strength) * gaussian(random);
      samples.moveTicks[row] = 4 * ahead;
      samples.label[row] = classOf(4 * ahead, classes);
      samples.startMs[row] = day * DAY_MS + i * ROW_MS;
      samples.endMs[row] = samples.startMs[row]! + HORIZON_ROWS * ROW_MS;
      samples.tradeDate[row] = Number(new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''));
    }
  }
  return samples;
}

/** A recipe of the cheap learner: `rounds` tells the feature that it learns from, `eta` how far it trusts what it learned. */
export function tinyRecipe(feature: 0 | 1 | 2 | 3, trust = 1): HeadRecipe {
  return {
    rounds: 1 + feature,
    maxDepth: 1,
    eta: trust,
    minChildWeight: 0,
    subsample: 1,
    colsampleByTree: 1,
    lambda: 1,
    seed: 1,
  };
}

/** The cheap learner: class shares of most training rows, which the seed draws, in eight bins of one feature. */
export function tinyLearner(samples: HeadSamples): Learn {
  const { classes } = samples.head;
  return async (trainRows, { rounds, eta: trust, seed }) => {
    const feature = rounds - 1;
    const random = seededRandom(seed);
    const binOf = (row: number) =>
      Math.min(7, Math.max(0, Math.floor(4 + 2 * samples.features[row * samples.columns + feature]!)));
    const counts = Array.from({ length: 8 }, () => new Float64Array(classes).fill(2));
    for (const row of trainRows) if (random() < 0.9) counts[binOf(row)]![samples.label[row]!]!++;
    return async (rows) => {
      const probabilities = new Float32Array(rows.length * classes);
      for (const [at, row] of rows.entries()) {
        const shares = counts[binOf(row)]!;
        const sum = shares.reduce((total, share) => total + share, 0);
        for (let of = 0; of < classes; of++)
          probabilities[at * classes + of] = (1 - trust) / classes + (trust * shares[of]!) / sum;
      }
      return probabilities;
    };
  };
}

export interface TinyRun {
  readonly samples: readonly HeadSamples[];
  readonly candidate: HeadRecipe;
  readonly prior: HeadRecipe | null;
  /** Heads that the prior release does not have. */
  readonly newHeads?: readonly HeadName[];
  readonly thresholds?: GateThresholds;
}

/** Plans and scores every fold of every head with the cheap learner; parity is taken as proven. */
export async function tinyRun(ask: TinyRun): Promise<GateRun> {
  const { samples, candidate, newHeads = [], thresholds = THRESHOLDS } = ask;
  const plans = samples.map((one) => planFolds(one, thresholds));
  const folds: ScoredFold[] = [];
  for (const [index, one] of samples.entries())
    for (const fold of plans[index]!.folds) {
      const prior = newHeads.includes(one.head.name) ? null : ask.prior;
      folds.push(await scoreFold({ samples: one, fold, candidate, prior, thresholds }, tinyLearner(one)));
    }
  return {
    days: rowDays(folds),
    runId: 'run-1',
    synthetic: true,
    priorRelease: ask.prior ? 'believe-v1' : null,
    plans,
    folds,
    training: Object.fromEntries(
      samples.map((one) => [
        one.head.name,
        {
          parity: { passed: true, rows: 100, maxAbsDifference: 0 },
          topFeature: { feature: 'signal', gainShare: 0.7 },
          trainedRows: null,
        },
      ]),
    ),
    thresholds,
  };
}

/**
 * Trade dates as the rows alone would be traded, one contract a head: a stand-in for what the policy earns, where there is no
 * market that could be traded.
 */
function rowDays(folds: readonly ScoredFold[]): PolicyDay[] {
  const scores = folds.map(({ score }) => score);
  const dates = [...new Set(scores.flatMap(({ candidate }) => candidate.days.map(({ tradeDate }) => tradeDate)))];
  const compared = scores.some(({ prior }) => prior !== null);
  const seeds = (arm: ArmScore) => arm.seeds.length;
  const runs = (arms: readonly ArmScore[], date: number): PolicyRun[] => {
    const days = arms.flatMap((arm) => arm.days.filter(({ tradeDate }) => tradeDate === date));
    const sum = (of: (day: DayScore) => number) => days.reduce((total, day) => total + of(day), 0);
    const run = {
      ...{ trades: sum((day) => day.trades), grossTicks: sum((day) => day.grossTicks) },
      ...{ costTicks: sum((day) => day.costTicks), netTicks: sum((day) => day.netTicks) },
    };
    // Seeds differ by what they earn on all dates of a block: spread evenly over its dates.
    return Array.from({ length: Math.max(...arms.map(seeds)) }, (_, seed) => ({
      ...run,
      netTicks: run.netTicks + seedShare(arms, date, seed),
    }));
  };
  return dates.map((tradeDate) => ({
    ...{ tradeDate, tradedBy: 'refits', rowChecks: [] },
    candidate: runs(
      scores.map(({ candidate }) => candidate),
      tradeDate,
    ),
    prior: compared
      ? runs(
          scores.flatMap(({ prior }) => prior ?? []),
          tradeDate,
        )
      : null,
  }));
}

function seedShare(arms: readonly ArmScore[], date: number, seed: number): number {
  let share = 0;
  for (const { days, seeds } of arms) {
    if (!days.some(({ tradeDate }) => tradeDate === date)) continue;
    const mean = seeds.reduce((sum, { netTicks }) => sum + netTicks, 0) / seeds.length;
    share += (seeds[seed]!.netTicks - mean) / days.length;
  }
  return share;
}

function classOf(moveTicks: number, classes: 2 | 3): number {
  if (classes === 2) return moveTicks > 0 ? 1 : 0;
  return Math.abs(moveTicks) <= 1 ? 1 : moveTicks > 0 ? 2 : 0;
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
