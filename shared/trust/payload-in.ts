import type { z } from 'zod';
import type { DsseEnvelope } from './dsse.js';

/** A kind of signed statement. */
export interface PayloadKind<T> {
  readonly payloadType: string;
  /** In words: `a decision`. */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** What a fault of the statement as a whole is called by. */
  readonly whole: string;
}

/** What an envelope says, whoever signed it; or why it says nothing of that kind. */
export function payloadIn<T>(
  { payloadType, payload }: DsseEnvelope,
  kind: PayloadKind<T>,
): { readonly said: T } | { readonly why: string } {
  if (payloadType !== kind.payloadType) return { why: `payload type ${payloadType} is none of ${kind.name}` };
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
  } catch {
    return { why: 'what was signed is not JSON' };
  }
  const parsed = kind.schema.safeParse(value);
  if (parsed.success) return { said: parsed.data };
  const issue = parsed.error.issues[0]!;
  return { why: `${issue.path.join('.') || kind.whole}: ${issue.message}` };
}
