import type { Policy } from '../../shared/model/decision/ensemble.js';
import type { RecipeName } from '../../shared/model/heads/definitions/head-definition.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { samplingOf } from '../../shared/model/heads/sampling.js';
import { seededRandom } from '../../shared/random.js';

/** A candidate of the study: how it differs from the recipe that is in use. */
export interface StudyArm {
  readonly name: string;
  /** Held where the gate is right. */
  readonly isBad: boolean;
  /** Of the shares of candidates that are judged wrongly, the most that is aimed at. */
  readonly aim: number;
  readonly recipe?: RecipeName;
  /** Added to the seed of the recipe. */
  readonly seed?: number;
  /** What it is trained on, and what its features are when it is tested; labels are tested as they are. */
  readonly make?: (samples: HeadSamples, seed: number) => HeadSamples;
  readonly train?: (rows: Int32Array, seed: number) => Int32Array;
  /** What its policy does otherwise. */
  readonly policy?: Partial<Policy>;
  /** Probabilities to this power, scaled to add up to 1. */
  readonly sharpen?: number;
}

/** Rows by which features of a head of seconds, and of one of bars, are late. */
const STALE_ROWS = { second: 5, bar: 1 };

export const STUDY_ARMS: readonly StudyArm[] = [
  { name: 'the same recipe, another seed', isBad: false, aim: 0.1, seed: 1000 },
  { name: 'a better recipe', isBad: false, aim: 0.15, recipe: 'improved' },
  { name: '10 % of the labels wrong', isBad: true, aim: 0.2, make: (samples, seed) => wrongLabels(samples, 0.1, seed) },
  {
    name: '30 % of the labels wrong',
    isBad: true,
    aim: 0.05,
    make: (samples, seed) => wrongLabels(samples, 0.3, seed),
  },
  { name: 'stale features', isBad: true, aim: 0.05, make: staleFeatures },
  { name: 'half the rows', isBad: true, aim: 0.05, train: halfOf },
  { name: 'no signal: labels in random order', isBad: true, aim: 0.05, make: shuffledLabels },
  {
    name: 'more trades for nothing',
    ...{ isBad: true, aim: 0.05 },
    policy: { entryEdgeTicks: 0, spreadShare: 0, feeTicks: 0 },
  },
  { name: 'over-confident', isBad: true, aim: 0.05, sharpen: 2 },
  { name: 'a leak: the move to come', isBad: true, aim: 0.05, make: (samples, seed) => leak(samples, 0, seed) },
  {
    name: 'a weak leak: with three times its noise',
    isBad: true,
    aim: 0.05,
    make: (samples, seed) => leak(samples, 3, seed),
  },
];

function wrongLabels(samples: HeadSamples, share: number, seed: number): HeadSamples {
  const random = seededRandom(seed + 10);
  const { classes } = samples.head;
  const label = samples.label.map((one) =>
    random() < share ? (one + 1 + Math.floor(random() * (classes - 1))) % classes : one,
  );
  return { ...samples, label };
}

function staleFeatures(samples: HeadSamples): HeadSamples {
  const lag = STALE_ROWS[samplingOf(samples.head)];
  return withFeatures(samples, samples.columns, (row, into) => {
    const from = Math.max(0, row - lag) * samples.columns;
    into.set(samples.features.subarray(from, from + samples.columns));
  });
}

/** In the place of the last feature: the move of the row's own label, and noise of so many of its standard deviations. */
function leak(samples: HeadSamples, noise: number, seed: number): HeadSamples {
  const random = seededRandom(seed + 20);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const { columns, rows, moveTicks } = samples;
  const deviation = Math.sqrt(moveTicks.reduce((sum, move) => sum + move * move, 0) / rows);
  return withFeatures(samples, columns, (row, into) => {
    into.set(samples.features.subarray(row * columns, (row + 1) * columns));
    into[columns - 1] = moveTicks[row]! + noise * deviation * normal();
  });
}

function withFeatures(
  samples: HeadSamples,
  columns: number,
  fill: (row: number, into: Float32Array) => void,
): HeadSamples {
  const features = new Float32Array(new SharedArrayBuffer(4 * samples.rows * columns));
  for (let row = 0; row < samples.rows; row++) fill(row, features.subarray(row * columns, (row + 1) * columns));
  return { ...samples, features, columns };
}

function shuffledLabels(samples: HeadSamples, seed: number): HeadSamples {
  const random = seededRandom(seed + 30);
  const label = samples.label.slice();
  for (let i = label.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [label[i], label[other]] = [label[other]!, label[i]!];
  }
  return { ...samples, label };
}

function halfOf(rows: Int32Array, seed: number): Int32Array {
  const random = seededRandom(seed + 40);
  return rows.filter(() => random() < 0.5);
}
