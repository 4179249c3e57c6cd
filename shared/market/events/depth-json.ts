import { z } from 'zod';
import { CONTRACTS_MAX } from '../../fields/contracts.js';
import { jsonOfFields, notJson } from '../../fields/json-of-fields.js';

const nanoseconds = z.string().regex(/^\d{1,19}$/, 'must be a string of decimal nanoseconds since the epoch');
const seq = z.number().int().nonnegative().optional();
const contracts = z.number().int('must be whole contracts').nonnegative().max(CONTRACTS_MAX);

const depth = z.object({
  kind: z.literal('depth'),
  ts: nanoseconds,
  seq,
  op: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  side: z.union([z.literal(0), z.literal(1)]),
  position: z.number().int().min(0).max(255),
  price: z.number(),
  size: contracts,
  last: z.boolean().default(true),
});
const trade = z.object({
  kind: z.literal('trade'),
  ts: nanoseconds,
  seq,
  price: z.number(),
  size: contracts,
  aggressor: z.enum(['buy', 'sell']).nullish(),
});
const reset = z.object({ kind: z.literal('reset'), ts: nanoseconds, seq, reason: z.string().optional() });
const gap = z.object({ kind: z.literal('gap'), ts: nanoseconds, seq, reason: z.string().optional() });
const event = z.discriminatedUnion('kind', [depth, trade, reset, gap]);

export type DepthJson = z.infer<typeof event>;

/** A line in any JSON shape: the tested fallback of the fast scanner. @returns the event, or why the line is broken */
export function parseDepthJson(line: string): DepthJson | string {
  let value: unknown;
  try {
    value = jsonOfFields(line);
  } catch (error) {
    return notJson(error);
  }
  const parsed = event.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return issue ? `${issue.path.join('.') || 'line'}: ${issue.message}` : 'not an event';
}
