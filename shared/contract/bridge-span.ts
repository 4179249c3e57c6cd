import { z } from 'zod';

const hex = (characters: number) => z.string().regex(new RegExp(`^[0-9a-f]{${characters}}$`));

/** W3C Trace Context, by which the bridge's spans belong to the step that armed the swap. */
export const traceparent = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

/** One line of `broker/armed/spans.jsonl`: the bridge has no network, so the broker's worker sends it. */
export const bridgeSpan = z.strictObject({
  v: z.literal(1),
  name: z.enum(['HotSwap', 'LoadRelease']),
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16),
  /** Wall ms. */
  fromMs: z.number().nonnegative(),
  toMs: z.number().nonnegative(),
  failed: z.boolean(),
  ship: z.string(),
  modelVersion: z.number().int().positive(),
  /** swapped, refused; absent of a part. */
  outcome: z.string().optional(),
});
export type BridgeSpan = Readonly<z.infer<typeof bridgeSpan>>;

/** In `broker/armed/`: what the bridge appends to, and what the worker has taken of it. */
export const SPANS_FILE = 'spans.jsonl';
export const TAKEN_SPANS_FILE = 'spans.taken.jsonl';
/** Beyond this nobody takes them, and none are written. */
export const SPANS_BYTES_MAX = 256 * 1024;
