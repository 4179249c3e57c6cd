import { z } from 'zod';
import { count, positiveCount } from './field-types.js';

/** Every limit is checked before an order leaves; a limit that cannot be checked counts as exceeded. */
export const riskConfig = z.strictObject({
  maxPositionContracts: positiveCount
    .max(1000)
    .default(1)
    .describe('Largest absolute position, working orders included.'),
  maxOrderSizeContracts: positiveCount.max(1000).default(1).describe('Largest single order.'),
  priceCollarTicks: positiveCount.max(1000).default(8).describe('Furthest limit price from the mid price.'),
  maxOrdersPerMinute: positiveCount.max(1000).default(20).describe('Orders sent in any sixty seconds.'),
  maxOpenOrders: positiveCount.max(100).default(2).describe('Orders working at once.'),
  maxDailyLossUsd: z
    .number()
    .positive()
    .default(1000)
    .describe('Loss of a trade date, open position included, that halts trading.'),
  staleDataMs: positiveCount
    .default(5000)
    .describe('Market milliseconds without a market event after which no order is sent.'),
  flattenBeforeCloseSeconds: count
    .max(3600)
    .default(120)
    .describe('Market seconds before the RTH close at which the position is closed.'),
  daysBeforeExpiry: count
    .max(60)
    .default(1)
    .describe(
      'Trade dates before the last trade date (or first notice, where that is earlier) from which on nothing is opened; 0: on that date itself.',
    ),
});
export type RiskLimits = Readonly<z.infer<typeof riskConfig>>;
