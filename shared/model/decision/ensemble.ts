import { z } from 'zod';
import { HEADS_MAX, headName } from '../heads/head.js';

const ticks = z.number().nonnegative();
const perHead = <T extends z.ZodType>(value: T) => z.record(headName, value);

export const policy = z
  .object({
    /** Edge that must be left after costs to enter or to turn a position round. */
    entryEdgeTicks: ticks,
    /** A position is left once the edge in its direction, before costs, is below this. */
    exitEdgeTicks: ticks,
    /** Fees and commission of one contract, one side. */
    feeTicks: ticks,
    /** Share of the spread that entering and leaving is expected to cost: 1 crosses it in full, 0 is filled passively. */
    spreadShare: z.number().min(0).max(1),
    /** No entry while the spread is wider. */
    maxSpreadTicks: z.number().positive(),
    maxPositionContracts: z.number().int().min(1).max(100),
  })
  .refine(({ exitEdgeTicks, entryEdgeTicks }) => exitEdgeTicks <= entryEdgeTicks, {
    path: ['exitEdgeTicks'],
    message: 'must not be above entryEdgeTicks: a position would be left as soon as it is entered',
  });
export type Policy = Readonly<z.infer<typeof policy>>;

/**
 * What a head's probabilities p are worth. Calibrated, a class has exp(scale ln p + bias), scaled to add up to 1 (vector scaling
 * with one temperature; Guo et al. 2017): fitted to rows that the head was not trained on.
 */
export const headForecast = z
  .object({
    scale: z.number().positive(),
    bias: z.array(z.number()).min(2).max(3),
    /** Mean move of the mid to the head's horizon, of the rows of each class; what is flat, or not up, counts as what it was. */
    moveTicks: z.array(z.number()).min(2).max(3),
  })
  .refine(({ bias, moveTicks }) => bias.length === moveTicks.length, 'bias and moveTicks must name the same classes');
export type HeadForecast = Readonly<z.infer<typeof headForecast>>;

/** Each head's expected move counts as a move of the mid that stays; the weights say what the others do not say already. */
const calibrated = z
  .object({
    v: z.literal(2),
    /** In their order heads are run and added up. */
    weights: perHead(z.number().positive().max(1)).refine(isListOfHeads, `must name 1 to ${HEADS_MAX} heads`),
    forecasts: perHead(headForecast),
    policy,
  })
  .superRefine(({ weights, forecasts }, context) => sameHeads({ weights, forecasts }, context));

/** Releases of earlier code: raw probabilities, and one mean |move| for every class. */
const uncalibrated = z
  .object({
    v: z.literal(1),
    /** Share of each head in the expected edge. */
    weights: perHead(z.number().nonnegative().max(1))
      .refine(
        (weights) => Object.values(weights).reduce((sum, weight) => sum + weight, 0) <= 1 + 1e-9,
        'weights must not add up to more than 1',
      )
      .refine(isListOfHeads, `must name 1 to ${HEADS_MAX} heads`),
    /** Expected |move| to the head's horizon, given that it is not flat; ticks. */
    meanAbsMoveTicks: perHead(ticks),
    policy,
  })
  .superRefine(({ weights, meanAbsMoveTicks }, context) => sameHeads({ weights, meanAbsMoveTicks }, context));

/** `ensemble.json` of a release: how the heads' probabilities become an expected move, and that a position. */
export const ensemble = z.discriminatedUnion('v', [uncalibrated, calibrated]);
export type Ensemble = Readonly<z.infer<typeof ensemble>>;
export type CalibratedEnsemble = Readonly<z.infer<typeof calibrated>>;

function sameHeads(lists: Readonly<Record<string, object>>, context: z.RefinementCtx): void {
  for (const [field, heads] of Object.entries(lists))
    for (const [other, named] of Object.entries(lists))
      for (const head of Object.keys(named))
        if (!(head in heads))
          context.addIssue({
            code: 'custom',
            path: [field, head],
            message: `is missing: head ${head} is named in ${other}`,
          });
}

function isListOfHeads(weights: object): boolean {
  const heads = Object.keys(weights).length;
  return heads >= 1 && heads <= HEADS_MAX;
}
