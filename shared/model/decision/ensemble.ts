import { z } from 'zod';
import { HEADS_MAX, headName } from '../heads/head.js';

const ticks = z.number().nonnegative();
const perHead = <T extends z.ZodType>(value: T) => z.record(headName, value);

/** `ensemble.json` of a release: how the heads' probabilities become an expected move, and that a position. */
export const ensemble = z
  .object({
    v: z.literal(1),
    /** Share of each head in the expected edge. Their order is that of the release's heads, wherever these are run or added up. */
    weights: perHead(z.number().nonnegative().max(1))
      .refine(
        (weights) => Object.values(weights).reduce((sum, weight) => sum + weight, 0) <= 1 + 1e-9,
        'weights must not add up to more than 1',
      )
      .refine(isListOfHeads, `must name 1 to ${HEADS_MAX} heads`),
    /** Expected |move| to the head's horizon, given that it is not flat; ticks. */
    meanAbsMoveTicks: perHead(ticks),
    policy: z
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
      }),
  })
  .superRefine(({ weights, meanAbsMoveTicks }, context) => {
    const refuse = (field: string, head: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field, head], message });
    for (const head of Object.keys(weights))
      if (!(head in meanAbsMoveTicks)) refuse('meanAbsMoveTicks', head, `is missing: head ${head} has a weight`);
    for (const head of Object.keys(meanAbsMoveTicks))
      if (!(head in weights)) refuse('weights', head, `is missing: head ${head} has a mean move`);
  });
export type Ensemble = Readonly<z.infer<typeof ensemble>>;

function isListOfHeads(weights: object): boolean {
  const heads = Object.keys(weights).length;
  return heads >= 1 && heads <= HEADS_MAX;
}
