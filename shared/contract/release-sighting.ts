import { z } from 'zod';
import { Failure } from '../failure.js';
import { sha256Hex } from '../reference.js';
import { type DsseEnvelope, signEnvelope, verifySignatures } from '../trust/dsse.js';
import type { SigningKey } from '../trust/ed25519-key.js';
import type { TrustedRoot } from '../trust/root.js';

export const SIGHTING_PAYLOAD_TYPE = 'application/vnd.believe.sighting+json';

/**
 * What the broker saw the bridge do with a release, signed with the broker's journal key. It travels through the
 * workflow, which can neither make nor change one.
 */
export const releaseSighting = z.strictObject({
  kind: z.literal('believe.sighting'),
  version: z.literal(1),
  shipId: z.string().min(1).max(500),
  payloadSha256: sha256Hex,
  counter: z.number().int().positive(),
  /** Market time of the line in `swaps.jsonl`. */
  swappedAt: z.iso.datetime(),
  /** Null where nobody has watched it yet. */
  healthy: z.boolean().nullable(),
  faults: z.array(z.string().max(2000)).max(20),
  at: z.iso.datetime(),
});
export type ReleaseSighting = Readonly<z.infer<typeof releaseSighting>>;

export function signSighting(sighting: ReleaseSighting, keys: readonly SigningKey[]): DsseEnvelope {
  return signEnvelope(SIGHTING_PAYLOAD_TYPE, Buffer.from(JSON.stringify(releaseSighting.parse(sighting))), keys);
}

/** @throws SightingRefused unless the broker's keys, by the root, have signed it */
export function verifySighting(envelope: DsseEnvelope | undefined, root: TrustedRoot): ReleaseSighting {
  if (envelope === undefined) throw new SightingRefused('the broker has not said that the bridge swapped to it');
  if (envelope.payloadType !== SIGHTING_PAYLOAD_TYPE) {
    throw new SightingRefused(`payload type ${envelope.payloadType} is none of a sighting`);
  }
  const { keys, threshold } = root.roles.journal;
  if (!verifySignatures(envelope, keys, threshold).met) {
    throw new SightingRefused('the journal key of the broker has not signed it');
  }
  try {
    return releaseSighting.parse(JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')));
  } catch {
    throw new SightingRefused('what was signed is no sighting');
  }
}

export class SightingRefused extends Failure {
  constructor(message: string) {
    super('SightingRefused', `the sighting is refused: ${message}`, 'ask the broker: believe ship status');
  }
}
