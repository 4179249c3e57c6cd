import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { sha256Hex } from '../reference.js';
import { type DsseEnvelope, signEnvelope } from './dsse.js';
import type { EnvelopeKey } from './listed-key.js';
import { operatorSignatures, whyNotSigned } from './operator-signatures.js';
import { payloadIn } from './payload-in.js';
import type { TrustedRoot } from './root.js';
import { minutesFrom, whyNotNow } from './signed-for-minutes.js';

export const ROLLBACK_ORDER_PAYLOAD_TYPE = 'application/vnd.believe.rollback-order+json';

const modelVersion = z.number().int().positive();

/**
 * What operators sign who want older heads back: from the release that trades to the bytes of an older one, now and once.
 * The payload that trades names one home and one moment of it: once it has been replaced, it never trades again.
 */
export const rollbackOrder = z.strictObject({
  kind: z.literal('believe.rollback-order'),
  version: z.literal(1),
  /** What trades, and is to be replaced. */
  live: z.strictObject({ modelVersion, payloadSha256: sha256Hex }),
  /** What is to come back; the archive's hash names its bytes. */
  to: z.strictObject({ modelVersion, payloadSha256: sha256Hex, archiveSha256: sha256Hex }),
  by: z.string().min(1).max(200),
  reason: z.string().trim().min(1).max(2000),
  at: z.iso.datetime(),
  expires: z.iso.datetime(),
  /** Drawn by whoever signs: one statement makes one release. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
});
export type RollbackOrder = Readonly<z.infer<typeof rollbackOrder>>;

/** The order of a moment, for its minutes from then on. @param said `id`: 32 hex digits, where they must not be drawn */
export function orderNow(
  said: Pick<RollbackOrder, 'live' | 'to' | 'by' | 'reason'> & { readonly nowMs: number; readonly id?: string },
): RollbackOrder {
  const { nowMs, id = randomBytes(16).toString('hex'), ...order } = said;
  return rollbackOrder.parse({ kind: 'believe.rollback-order', version: 1, ...order, ...minutesFrom(nowMs), id });
}

export function signOrder(order: RollbackOrder, keys: readonly EnvelopeKey[]): DsseEnvelope {
  return signEnvelope(ROLLBACK_ORDER_PAYLOAD_TYPE, Buffer.from(JSON.stringify(rollbackOrder.parse(order))), keys);
}

/**
 * Whether the operators that the root lists, as many as it asks for, want this.
 * @param nowMs null where it is not to be done now: it was signed, whenever that was
 * @throws OrderRefused
 */
export function verifyOrder(envelope: DsseEnvelope, root: TrustedRoot, nowMs: number | null): RollbackOrder {
  const order = orderOf(envelope);
  const unsigned = whyNotSigned(operatorSignatures(envelope, root), order.by);
  if (unsigned !== null) throw new OrderRefused('signature', unsigned);
  const otherTime = nowMs === null ? null : whyNotNow(order, nowMs);
  if (otherTime !== null) throw new OrderRefused(otherTime.fault, otherTime.why);
  return order;
}

/** What an envelope says, whoever signed it. @throws OrderRefused where it is no order */
export function orderOf(envelope: DsseEnvelope): RollbackOrder {
  const found = payloadIn(envelope, ORDER);
  if ('why' in found) throw new OrderRefused('malformed', found.why);
  return found.said;
}

const ORDER = {
  payloadType: ROLLBACK_ORDER_PAYLOAD_TYPE,
  name: 'an order to roll back',
  schema: rollbackOrder,
  whole: 'order',
};

export type OrderFault = 'malformed' | 'signature' | 'not-yet' | 'expired' | 'used' | 'other-live' | 'target';

/** Sentence for an order that no operator has signed. */
export const HOW_TO_ORDER =
  'an operator signs it with: believe ship rollback --to N --reason WHY (--print where it is started elsewhere)';

export class OrderRefused extends Failure {
  constructor(
    readonly fault: OrderFault,
    message: string,
  ) {
    super('OrderRefused', `the order to roll back is refused: ${message}`, FIXES[fault] ?? HOW_TO_ORDER, { fault });
  }
}

const FIXES: Partial<Record<OrderFault, string>> = {
  'other-live': 'see `believe release list`, and sign an order from the release that trades',
  target: 'name another version of `believe release list` with --to, or ship a new model',
};
