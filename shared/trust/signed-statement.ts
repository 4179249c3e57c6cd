import type { z } from 'zod';
import type { Failure } from '../failure.js';
import { jsonOrUndefined } from '../fields/json-or-undefined.js';
import { type DsseEnvelope, MalformedEnvelope, parseEnvelope, verifySignatures } from './dsse.js';
import { ROLE_NAMES, type RoleName, type TrustedRoot } from './root.js';

/** What can be wrong with any envelope over an in-toto statement of ours; each kind of statement has words of its own for it. */
export type StatementFault =
  | 'envelope-malformed'
  | 'payload-type'
  | 'signature'
  | 'wrong-role'
  | 'keyid-mislabelled'
  | 'extra-signature'
  | 'predicate-type'
  | 'statement-malformed';

/** The failure of one kind of statement. */
export type Refuse = (fault: StatementFault, details?: Readonly<Record<string, unknown>>) => Failure;

/** Endless data, truncation, bit flips outside the payload: one strict form of envelope. @throws as `refuse` makes it */
export function envelopeIn(bytes: Buffer, refuse: Refuse): DsseEnvelope {
  try {
    return parseEnvelope(bytes);
  } catch (error) {
    throw error instanceof MalformedEnvelope ? refuse('envelope-malformed', { cause: error.message }) : error;
  }
}

/**
 * Wrong key, bit flip, threshold cheat, role confusion.
 * @returns keyids of those who signed
 * @throws as `refuse` makes it
 */
export function signersInRole(
  envelope: DsseEnvelope,
  { root, role, payloadType }: { readonly root: TrustedRoot; readonly role: RoleName; readonly payloadType: string },
  refuse: Refuse,
): readonly string[] {
  if (envelope.payloadType !== payloadType) throw refuse('payload-type', { payloadType: envelope.payloadType });
  const { keys, threshold } = root.roles[role];
  const check = verifySignatures(envelope, keys, threshold);
  if (check.met) {
    if (check.mislabelled) throw refuse('keyid-mislabelled');
    if (check.surplus || !isOneForm(envelope, threshold)) throw refuse('extra-signature', { threshold });
    return check.keyIds;
  }
  const other = ROLE_NAMES.find((name) => verifySignatures(envelope, root.roles[name].keys, 1).met);
  if (other !== undefined && other !== role) throw refuse('wrong-role', { role: other });
  throw refuse('signature', { distinctKeys: check.keyIds.length, threshold });
}

/** As many signatures as are asked for, in the order of their keyids: the same signers give the same bytes. */
function isOneForm({ signatures }: DsseEnvelope, threshold: number): boolean {
  const inOrder = signatures.every(({ keyid }, index) => index === 0 || signatures[index - 1]!.keyid < keyid);
  return signatures.length === threshold && inOrder;
}

/** Role confusion by content: only a statement of this kind, and all of it understood. @throws as `refuse` makes it */
export function statementIn<T>(
  payload: Buffer,
  { predicateType, schema }: { readonly predicateType: string; readonly schema: z.ZodType<T> },
  refuse: Refuse,
): T {
  const value = jsonOrUndefined(textOrUndefined(payload));
  if (value === undefined) throw refuse('statement-malformed', { cause: 'it is not JSON in UTF-8' });
  const { predicateType: found } = (value ?? {}) as { predicateType?: unknown };
  if (found !== predicateType) throw refuse('predicate-type', { predicateType: found });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw refuse('statement-malformed', { field: issue.path.join('.'), cause: issue.message });
}

function textOrUndefined(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
