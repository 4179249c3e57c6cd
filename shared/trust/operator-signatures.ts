import { type DsseEnvelope, verifySignatures } from './dsse.js';
import type { TrustedRoot } from './root.js';

export interface OperatorSignatures {
  /** As many operators as the root asks for have signed. */
  readonly met: boolean;
  readonly threshold: number;
  readonly keyIds: readonly string[];
  /** Whose signatures count, by the names that the root gives them. */
  readonly names: readonly string[];
}

/** Which operators of a root have signed an envelope. */
export function operatorSignatures(envelope: DsseEnvelope, root: TrustedRoot): OperatorSignatures {
  const { operator } = root.metadata.roles;
  const { keys, threshold } = root.roles.operator;
  const { met, keyIds } = verifySignatures(envelope, keys, threshold);
  return { met, threshold, keyIds, names: keyIds.map((keyid) => operator?.names[keyid] ?? keyid) };
}

/** Why they have not let it go; null where they have, and one of them is `by`. */
export function whyNotSigned({ met, threshold, names }: OperatorSignatures, by: string): string | null {
  if (!met) return `${threshold} operators must sign it; signatures that count: ${names.join(', ') || 'none'}`;
  return names.includes(by) ? null : `${JSON.stringify(by)} is not the name of who signed it`;
}
