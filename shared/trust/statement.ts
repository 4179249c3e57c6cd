import { z } from 'zod';
import { sha256Hex } from '../reference.js';
import { signedDecision } from './decision.js';
import { dsseEnvelope } from './dsse.js';
import { releaseProduct } from './product.js';

export const RELEASE_PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const RELEASE_PREDICATE_TYPE = 'urn:believe:release:v1';

/** Files that every release carries, because the statement names their hashes a second time. */
export const FEATURE_SCHEMA_FILE = 'feature-schema.json';
export const GATE_REPORT_FILE = 'gate-report.json';

/** Bounds of what a broker will read into memory. */
export const ARCHIVE_BYTES_MAX = 512 * 2 ** 20;
export const FILES_MAX = 1000;

const positive = z.number().int().positive();
const sizeBytes = z.number().int().nonnegative().max(ARCHIVE_BYTES_MAX);

export const signedFile = z.strictObject({ name: z.string().min(1).max(100), size: sizeBytes, sha256: sha256Hex });
/** `size` in bytes. */
export type SignedFile = Readonly<z.infer<typeof signedFile>>;

export const releasePredicate = z
  .strictObject({
    /** The one run of the ship path that made this release. */
    shipId: z.string().min(1).max(500),
    /** N of believe-v<N>.tar.gz. */
    modelVersion: positive,
    /** Rises only by a new root; (epoch, counter) orders all releases. */
    epoch: positive,
    counter: positive,
    issued: z.iso.datetime(),
    /** From then on no broker loads the release any more (freeze attack). */
    expires: z.iso.datetime(),
    /** sha256 of the payload that was signed before this one; null for the first. */
    prevRelease: sha256Hex.nullable(),
    archive: z.strictObject({ size: sizeBytes, sha256: sha256Hex }),
    files: z.array(signedFile).min(1).max(FILES_MAX),
    featureSchemaSha256: sha256Hex,
    /** `shards`: how many shards the Merkle root covers. */
    training: z.strictObject({ merkleRoot: sha256Hex, shards: positive }),
    gateReportSha256: sha256Hex,
    gateVerdict: z.enum(['pass', 'hold']),
    /** Who let a held release go on, and why. Without `signed` in releases made before operators had keys. */
    decision: signedDecision
      .partial({ signed: true })
      .extend({ verdict: z.literal('approve') })
      .optional(),
    /** What it was trained for. Statements signed before products were named have none: no broker loads those. */
    product: releaseProduct.optional(),
    codeCommit: z.string().min(1).max(200),
    lockfileSha256: sha256Hex,
    /** Trained on generated data: said wherever a number of this release is shown. */
    synthetic: z.boolean(),
    /** This release names the bytes of an older one again. */
    rollbackOf: z
      .strictObject({
        modelVersion: positive,
        payloadSha256: sha256Hex,
        /** On whose word, one of both: operators have ordered it, or the broker saw what traded misbehave. */
        order: dsseEnvelope.optional(),
        sighting: dsseEnvelope.optional(),
      })
      .refine(({ order, sighting }) => order === undefined || sighting === undefined, 'has one ground, not two')
      .optional(),
  })
  .refine(({ gateVerdict, decision }) => gateVerdict === 'pass' || decision !== undefined, {
    path: ['decision'],
    message: 'a held release needs the decision that let it go on',
  })
  .refine(({ issued, expires }) => Date.parse(issued) < Date.parse(expires), {
    path: ['expires'],
    message: 'must be later than issued',
  });
export type ReleasePredicate = Readonly<z.infer<typeof releasePredicate>>;

/** in-toto Statement v1 with one subject: the tarball. */
export const releaseStatement = z
  .strictObject({
    _type: z.literal(STATEMENT_TYPE),
    subject: z.tuple([z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: sha256Hex }) })]),
    predicateType: z.literal(RELEASE_PREDICATE_TYPE),
    predicate: releasePredicate,
  })
  .refine(({ subject, predicate }) => subject[0].digest.sha256 === predicate.archive.sha256, {
    path: ['subject', 0, 'digest'],
    message: 'must be the sha256 of predicate.archive',
  })
  .refine(({ subject, predicate }) => subject[0].name === tarballName(predicate.modelVersion), {
    path: ['subject', 0, 'name'],
    message: 'must be the tarball of predicate.modelVersion',
  });
export type ReleaseStatement = Readonly<z.infer<typeof releaseStatement>>;

export function tarballName(modelVersion: number): string {
  return `believe-v${modelVersion}.tar.gz`;
}

export function envelopeName(modelVersion: number): string {
  return `believe-v${modelVersion}.dsse.json`;
}

/** The payload's bytes. @throws ZodError when the predicate breaks a rule */
export function encodeStatement(predicate: ReleasePredicate): Buffer {
  const statement = releaseStatement.parse({
    _type: STATEMENT_TYPE,
    subject: [{ name: tarballName(predicate.modelVersion), digest: { sha256: predicate.archive.sha256 } }],
    predicateType: RELEASE_PREDICATE_TYPE,
    predicate,
  });
  return Buffer.from(JSON.stringify(statement));
}
