import { z } from 'zod';
import { latencySpec } from './latency.js';
import { queueSpec } from './queue-model.js';

const MS = 1_000_000;

/** How a backtest trades what the heads decide, and what the market charges for it. */
export const backtestSettings = z.strictObject({
  /**
   * cross: a limit order at the other side's best price, as the bridge sends. market: at any price. limit: joins the
   * queue at its own side's best price.
   */
  entry: z.enum(['cross', 'market', 'limit']).default('cross'),
  queue: queueSpec.default({ kind: 'none' }),
  /** Exchange -> here, where the feed carries no exchange time. */
  feedLatency: latencySpec.default({ kind: 'constant', ns: 2 * MS }),
  /** From the event that led to a decision to the exchange: features, heads, risk check and the way. */
  entryLatency: latencySpec.default({ kind: 'constant', ns: 10 * MS }),
  responseLatency: latencySpec.default({ kind: 'constant', ns: 5 * MS }),
  /** Fee and commission of one contract and one side, in currency. */
  feePerContract: z.number().nonnegative().default(2.25),
  /** Added to the price of every contract that takes liquidity: what the recorded book does not show. */
  slippageTicks: z.number().nonnegative().default(0),
  /** rth: orders in regular hours only, and flat before they end. all: whenever there are events. */
  session: z.enum(['rth', 'all']).default('rth'),
  flattenBeforeCloseSeconds: z.number().nonnegative().default(60),
  /** An order that is not filled by then is cancelled. */
  orderLifetimeMs: z.number().positive().default(5000),
  maxOrderContracts: z.number().int().positive().default(100),
});
export type BacktestSettings = Readonly<z.output<typeof backtestSettings>>;
export type BacktestSettingsInput = z.input<typeof backtestSettings>;
