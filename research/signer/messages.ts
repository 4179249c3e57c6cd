import { z } from 'zod';
import { failureType } from '../../shared/fields/failure-type.js';
import { runIdentity } from '../../shared/orchestration/ship/ship-id.js';
import { sha256Hex } from '../../shared/reference.js';
import { signedDecision } from '../../shared/trust/decision.js';
import { dsseEnvelope } from '../../shared/trust/dsse.js';
import { releaseProduct } from '../../shared/trust/product.js';
import { FILES_MAX, signedFile } from '../../shared/trust/statement.js';

const shipId = runIdentity;

/** What a ship wants signed: content hashes of files in the inbox, and who let it go on where the gate held it. */
export const dossier = z.strictObject({
  shipId,
  candidate: z.array(signedFile).min(1).max(FILES_MAX),
  gateReportSha256: sha256Hex,
  cardJsonSha256: sha256Hex,
  cardHtmlSha256: sha256Hex,
  /** What the ship's steps have measured and signed; absent in ships that were gated before they signed. */
  measurementsSha256: sha256Hex.optional(),
  /** Absent in ships that were opened before products were named. */
  product: releaseProduct.optional(),
  decision: signedDecision.nullable(),
});
export type Dossier = Readonly<z.infer<typeof dossier>>;

/** One line of JSON to the signer; everything in it is a question or a piece of evidence, never an order. */
export const signerRequest = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('sign'), dossier }),
  z.strictObject({ do: z.literal('signed'), shipId }),
  z.strictObject({ do: z.literal('rollback'), sighting: dsseEnvelope }),
  z.strictObject({ do: z.literal('rollback-as-ordered'), shipId, order: dsseEnvelope }),
  z.strictObject({ do: z.literal('publish'), payloadSha256: sha256Hex }),
  z.strictObject({ do: z.literal('live'), sighting: dsseEnvelope }),
  z.strictObject({ do: z.literal('revoke'), shipId, reason: z.string().min(1).max(2000) }),
]);
export type SignerRequest = Readonly<z.infer<typeof signerRequest>>;

/** A signed release, by numbers and file names in the releases folder. */
export const signedReleaseWord = z.strictObject({
  modelVersion: z.number().int().positive(),
  counter: z.number().int().positive(),
  payloadSha256: sha256Hex,
  tarballFile: z.string(),
  envelopeFile: z.string(),
});

/** Its answer: the release that was asked for (null: there is none), or why not. */
export const signerAnswer = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), release: signedReleaseWord.nullable() }),
  z.strictObject({
    ok: z.literal(false),
    /** A signer of another version may know types that this one does not; its message says what it is. */
    type: failureType.catch('SignerRefused'),
    message: z.string(),
    fix: z.string().optional(),
    details: z.record(z.string(), z.unknown()),
    retryable: z.boolean(),
  }),
]);
export type SignerAnswer = Readonly<z.infer<typeof signerAnswer>>;
