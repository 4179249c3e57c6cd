import { z } from 'zod';
import { alarm } from './alarm.js';

/** `watch/<tier>/status.json`: what a watcher sees now. */
export const watcherStatus = z.strictObject({
  v: z.literal(1),
  tier: alarm.shape.tier,
  pid: z.number().int(),
  at: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  /** Every watchdog of the tier, whether or not it is well. */
  watchdogs: z.array(
    z.strictObject({
      name: z.string(),
      /** What was last seen, in plain words, with its age. */
      seen: z.string(),
      /** From when on it is an alarm. */
      limit: z.string(),
      state: z.enum(['well', 'alarm', 'unknown', 'off']),
    }),
  ),
  open: z.array(
    alarm.extend({
      fingerprint: z.string(),
      /** The workflow has it. */
      isHandedOver: z.boolean(),
      messages: z.number().int().nonnegative(),
      /** Not told, because this one explains it. */
      inhibitedBy: z.string().nullable(),
    }),
  ),
});
export type WatcherStatus = Readonly<z.infer<typeof watcherStatus>>;

/** A line of `watch/deliveries.jsonl`: a message on its way, and how it ended. */
export const deliveryLine = z.strictObject({
  v: z.literal(1),
  at: z.iso.datetime(),
  /** Of the message; what has been sent under an id is not sent again. */
  id: z.string(),
  channel: z.string(),
  state: z.enum(['sending', 'sent', 'failed']),
  /** Why it failed; never with a secret. */
  reason: z.string().nullable(),
});
export type DeliveryLine = Readonly<z.infer<typeof deliveryLine>>;
