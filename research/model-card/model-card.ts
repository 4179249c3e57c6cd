import { z } from 'zod';
import { ensemble } from '../../shared/model/decision/ensemble.js';
import { sha256Hex } from '../../shared/reference.js';
import { gateReport } from '../gate/report.js';
import { trainedHeadRecord } from '../training/trained-head.js';

const count = z.number().int().nonnegative();

/** One observation that ends the model's life before its expiry. */
export const killCriterion = z.strictObject({
  /** What to watch, and from where on to stop trading. */
  sentence: z.string(),
  value: z.number(),
  unit: z.string(),
});
export type KillCriterion = Readonly<z.infer<typeof killCriterion>>;

/** What a person must know of a candidate to let it trade, or not: `model-card.json` of a release. */
export const modelCard = z.strictObject({
  kind: z.literal('believe.model-card'),
  version: z.literal(1),
  /** The run of the ship path that made the candidate. */
  shipId: z.string().min(1),
  /** Wall time at which the ship was opened. */
  createdAt: z.iso.datetime(),
  instrument: z.string(),
  recipeName: z.string(),
  /** Everything below was measured on generated data. */
  synthetic: z.boolean(),
  code: z.strictObject({ commit: z.string(), lockfileSha256: sha256Hex }),
  data: z.strictObject({
    merkleRoot: sha256Hex,
    /** Objects of the store; `name` is that of the file they were imported from, without its folder. */
    shards: z.array(
      z.strictObject({
        name: z.string(),
        dataset: z.string(),
        instrument: z.string(),
        tradeDate: z.iso.date(),
        rows: count,
        bytes: count,
        sha256: sha256Hex,
      }),
    ),
    /** Rows of the files that could not be used. */
    rowsLeftOut: count.default(0),
    /** Captured trade dates that were not used, each with the reason. */
    daysLeftOut: z
      .array(z.strictObject({ instrument: z.string(), tradeDate: z.iso.date(), why: z.string() }))
      .default([]),
    /** What was left out because two captures do not agree on it; null where nobody asked for that. */
    doubtful: z
      .strictObject({ spans: count, seconds: z.number().nonnegative(), dates: count, notCompared: count })
      .nullable()
      .default(null),
    /** Places where events are missing. */
    gaps: count,
    barsWithoutVolume: count,
    /** Moments that were due a row and gave none, by head and reason. */
    dropped: z.record(z.string(), z.record(z.string(), count)),
  }),
  /** Every input of the heads. */
  features: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      formula: z.string(),
      source: z.string(),
      heads: z.array(z.string()),
    }),
  ),
  featureSchemaSha256: sha256Hex,
  heads: z.array(trainedHeadRecord.omit({ golden: true })),
  ensemble,
  gate: gateReport,
  gateReportSha256: sha256Hex,
  /** Currency of one tick of one contract. */
  tickValue: z.number().positive(),
  currency: z.string(),
  /** What the numbers do not say. */
  limits: z.array(z.string()),
  /** Where this candidate was seen to fail. */
  knownFailures: z.array(z.string()),
  killCriteria: z.array(killCriterion),
  /** Days after signing from which no broker loads the release any more. */
  lifetimeDays: z.number().positive(),
});
export type ModelCard = Readonly<z.infer<typeof modelCard>>;
