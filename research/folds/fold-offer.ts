import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { gateThresholds } from '../../shared/config/gate-thresholds.js';
import { Failure } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { HEADS_MAX, headName, headRecipe } from '../../shared/model/heads/head.js';
import { runIdentity } from '../../shared/orchestration/ship/ship-id.js';
import { sha256Hex } from '../../shared/reference.js';
import { dsseEnvelope, encodeEnvelope, signEnvelope, verifySignatures } from '../../shared/trust/dsse.js';
import type { SigningKey, VerifyingKey } from '../../shared/trust/ed25519-key.js';
import { plannedFold } from '../gate/fold-contract.js';

const PAYLOAD_TYPE = 'application/vnd.believe.fold-offer+json';
const SAME_BUILD = 'install the same build, with the same Node and libxgboost, on both';
/** Far above any offer. */
export const OFFER_BYTES_MAX = 2 ** 26;

/** What decides the bits of a fit, beside rows and recipe. */
export const foldCode = z.strictObject({
  commit: z.string(),
  lockfileSha256: z.string(),
  librarySha256: z.string(),
  node: z.string(),
  platform: z.string(),
});
export type FoldCode = Readonly<z.infer<typeof foldCode>>;

/** All that a host must know to score the refits of a ship's gate, which has nothing of the ship but this and the samples. */
export const foldOffer = z.strictObject({
  kind: z.literal('believe.fold-offer'),
  version: z.literal(1),
  shipId: runIdentity,
  code: foldCode,
  /** Name of the release that the candidate is compared with. */
  priorRelease: z.string().nullable(),
  thresholds: gateThresholds,
  heads: z
    .array(
      z.strictObject({
        head: headName,
        samples: z.strictObject({ sha256: sha256Hex, bytes: z.number().int().nonnegative() }),
        recipe: headRecipe,
        /** Of the release; null where it has no such head. */
        prior: headRecipe.nullable(),
        folds: z.array(plannedFold),
      }),
    )
    .max(HEADS_MAX),
});
export type FoldOffer = Readonly<z.infer<typeof foldOffer>>;

/** Signed by the host that plans: whoever reaches Temporal or the bucket can name another offer, and nobody works on it. */
export function signOffer(offer: FoldOffer, key: SigningKey): Buffer {
  return encodeEnvelope(signEnvelope(PAYLOAD_TYPE, Buffer.from(JSON.stringify(foldOffer.parse(offer))), [key]));
}

/** @throws Failure 'FoldRefused' where none of the keys has signed it; 'OtherCode' where another build has written it */
export function offerIn(bytes: Buffer, planners: readonly VerifyingKey[]): FoldOffer {
  const envelope = dsseEnvelope.safeParse(jsonOrUndefined(bytes.toString('utf8'))).data;
  if (!envelope || envelope.payloadType !== PAYLOAD_TYPE || !verifySignatures(envelope, planners, 1).met)
    throw new Failure(
      'FoldRefused',
      'no host whose key is known here has signed what is asked to be scored',
      'bring the public measuring key of the host that plans the ships into research/fold-peers',
    );
  const offer = foldOffer.safeParse(jsonOrUndefined(Buffer.from(envelope.payload, 'base64').toString('utf8'))).data;
  if (offer) return offer;
  throw new Failure('OtherCode', 'this build does not know what it is asked to score', SAME_BUILD);
}

/** @throws Failure 'OtherCode': a fold of this code would not be a fold of the ship */
export function refuseOtherCode(here: FoldCode, there: FoldCode): void {
  if (isDeepStrictEqual(here, there)) return;
  const differing = (Object.keys(there) as (keyof FoldCode)[]).filter((name) => here[name] !== there[name]);
  const words = differing.map((name) => `${name} ${here[name]} instead of ${there[name]}`).join(', ');
  throw new Failure(
    'OtherCode',
    `this host would score folds by other code than the host that plans them: ${words}`,
    SAME_BUILD,
  );
}
