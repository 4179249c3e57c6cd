import { z } from 'zod';
import { BATCH_REFUSALS, type BatchRefusalReason } from './batch-refusal.js';

const count = z.number().int().nonnegative();

/** `receiver/status.json`: what the receiver says of itself, for who may not look into its folders. */
export const receiverStatus = z.object({
  v: z.literal(1),
  pid: z.number().int(),
  /** Wall time. */
  at: z.iso.datetime(),
  /** Why nothing is taken now; null where all is well. */
  stopped: z.string().nullable(),
  /** Since it was started. */
  batchesTaken: count,
  rowsTaken: count,
  /** Batches that cannot be taken yet. */
  waiting: z.array(
    z.object({
      stream: z.string(),
      seq: count,
      reason: z.enum(['gap', 'incomplete']),
      secondsWaited: z.number(),
      isOverdue: z.boolean(),
    }),
  ),
  /** Newest first. */
  setAside: z.array(
    z.object({
      id: z.string(),
      at: z.iso.datetime(),
      reason: z.enum(Object.keys(BATCH_REFUSALS) as [BatchRefusalReason, ...BatchRefusalReason[]]),
      message: z.string(),
      /** Of a file with a name of ours. */
      stream: z.string().nullable(),
      seq: count.nullable(),
      /** Properly signed: no other copy of it can be better. */
      isSigned: z.boolean(),
    }),
  ),
});
export type ReceiverStatus = Readonly<z.infer<typeof receiverStatus>>;

/** What the receiver calls a person for. What each means and what to do is in docs/data-path.md. */
export const RECEIVER_ALARMS = ['BatchSetAside', 'BatchOverdue', 'ReceiverStopped'] as const;
export type ReceiverAlarm = (typeof RECEIVER_ALARMS)[number];

/** One line of `receiver/alarms.jsonl`. */
export const receiverAlarmLine = z.object({
  v: z.literal(1),
  at: z.iso.datetime(),
  state: z.enum(['raised', 'cleared']),
  alarm: z.enum(RECEIVER_ALARMS),
  /** Which one: the id in the quarantine, or the stream and the number of a batch. */
  about: z.string(),
  detail: z.string(),
});
export type ReceiverAlarmLine = Readonly<z.infer<typeof receiverAlarmLine>>;
