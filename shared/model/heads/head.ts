import { z } from 'zod';
import { knownSampling, sampling } from './sampling.js';

/** More than any release has; so that lists of heads are bounded. */
export const HEADS_MAX = 32;

/**
 * A release names its own heads: nothing that is read demands those that this code trains. A name becomes a file's name and
 * a property's, so one that every object has already (`constructor`) is none.
 */
export const headName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/, 'is no name of a head: a letter, then at most 31 letters, digits or _')
  .refine((name) => !(name in {}), 'is no name of a head: every object has such a property');
export type HeadName = z.infer<typeof headName>;

/** What a head predicts from what; written into a release as `heads/<name>.json`. */
export const headSpec = z
  .object({
    name: headName,
    /** Feature names, in the order of the ONNX input's columns; all in the feature schema. */
    features: z.array(z.string()).min(1),
    /** 2: probability of up (binary:logistic). 3: down, flat, up (multi:softprob). */
    classes: z.union([z.literal(2), z.literal(3)]),
    /** Time from the sample to the end of its label. */
    horizonMs: z.number().int().positive(),
    /** Classes of 3 only: |move| of at most this many ticks is flat. */
    flatTicks: z.number().nonnegative(),
    /** Left out by three heads that are older than this field: see `samplingOf`. */
    sampling: sampling.optional(),
  })
  .refine((spec) => knownSampling(spec) !== undefined, {
    path: ['sampling'],
    message: 'is missing: the spec must say when the head is sampled, "second" or "bar"',
  });
export type HeadSpec = Readonly<z.infer<typeof headSpec>>;

/** XGBoost parameters of one head: the whole recipe, so that the same recipe and rows give the same model bytes. */
export const headRecipe = z.object({
  rounds: z.number().int().min(1).max(5000),
  maxDepth: z.number().int().min(1).max(16),
  eta: z.number().positive().max(1),
  minChildWeight: z.number().nonnegative(),
  subsample: z.number().positive().max(1),
  colsampleByTree: z.number().positive().max(1),
  lambda: z.number().nonnegative(),
  seed: z.number().int().nonnegative(),
  /** Weighs rows by how much of their label's time they share with no other (Lopez de Prado, AFML 4.4). */
  uniqueness: z.boolean().optional(),
  /** Rounds without a fall of the log loss, on the last quarter of the rows, after which no more are made; `rounds` is the most. */
  earlyStopRounds: z.number().int().min(1).max(1000).optional(),
  /** Features whose growth may only raise (1) or lower (-1) the probability of up; of two-class heads. */
  monotone: z.record(z.string(), z.union([z.literal(1), z.literal(-1)])).optional(),
});
export type HeadRecipe = Readonly<z.infer<typeof headRecipe>>;

/**
 * Labelled rows of one head. `features` is row-major rows x columns in a SharedArrayBuffer (handed to training
 * threads without a copy). Times are milliseconds since the Unix epoch; the label of row i is decided by the closed
 * interval [startMs[i], endMs[i]], which is what purging uses.
 */
export interface HeadSamples {
  readonly head: HeadSpec;
  readonly rows: number;
  readonly columns: number;
  readonly features: Float32Array<SharedArrayBuffer>;
  /** Class index: 0/1, or 0 down, 1 flat, 2 up. */
  readonly label: Uint8Array;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** Exchange trade date as yyyymmdd. */
  readonly tradeDate: Int32Array;
  /** Mid price at the label's end minus mid at its start, in ticks. */
  readonly moveTicks: Float32Array;
  /** Cost of entering and leaving one contract at the sample's time (spread and fees), in ticks. */
  readonly costTicks: Float32Array;
}
