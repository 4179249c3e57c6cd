import { z } from 'zod';
import { HEAD_NAMES } from '../heads/head.js';

const ticks = z.number().nonnegative();
const [f2Dom, xgb5m, tickMl] = HEAD_NAMES;
const perHead = (value: z.ZodNumber) => z.object({ [f2Dom]: value, [xgb5m]: value, [tickMl]: value });

/** `ensemble.json` of a release: how the heads' probabilities become an expected move, and that a position. */
export const ensemble = z.object({
  v: z.literal(1),
  /** Share of each head in the expected edge. */
  weights: perHead(z.number().nonnegative().max(1)).refine(
    (weights) => Object.values(weights).reduce((sum, weight) => sum + weight, 0) <= 1 + 1e-9,
    'weights must not add up to more than 1',
  ),
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
});
export type Ensemble = Readonly<z.infer<typeof ensemble>>;
