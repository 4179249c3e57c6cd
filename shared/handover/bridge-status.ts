import { z } from 'zod';

/** `broker/status.json`, replaced by temp + rename about once a second: what the bridge says of itself. */
export const bridgeStatus = z.object({
  v: z.literal(1),
  pid: z.number().int(),
  startedAt: z.iso.datetime(),
  wallTime: z.iso.datetime(),
  marketTime: z.iso.datetime(),
  connection: z.enum(['connecting', 'connected', 'reconciling', 'ready', 'down']),
  trading: z.enum(['armed', 'halted', 'no-model']),
  /** Plain words; null while trading is armed. */
  haltReason: z.string().nullable(),
  modelVersion: z.number().int().positive().nullable(),
  counter: z.number().int().positive().nullable(),
  shipId: z.string().nullable(),
  eventsSeen: z.number().int().nonnegative(),
  lastEventSeq: z.number().int().nonnegative(),
  lastEventMarketTime: z.iso.datetime().nullable(),
  decisions: z.number().int().nonnegative(),
  /** Decisions that ended in an error since the last swap. */
  decisionErrors: z.number().int().nonnegative(),
  ordersSent: z.number().int().nonnegative(),
  fills: z.number().int().nonnegative(),
  positionContracts: z.number().int(),
  decisionLatencyMsP50: z.number().nonnegative(),
  decisionLatencyMsP99: z.number().nonnegative(),
});
export type BridgeStatus = Readonly<z.infer<typeof bridgeStatus>>;
