import { createHash } from 'node:crypto';
import { z } from 'zod';
import { headName } from '../../shared/model/heads/head.js';
import { sha256Hex } from '../../shared/reference.js';
import { type DsseEnvelope, signEnvelope, verifySignatures } from '../../shared/trust/dsse.js';
import type { SigningKey, VerifyingKey } from '../../shared/trust/ed25519-key.js';

export const MEASUREMENT_PAYLOAD_TYPE = 'application/vnd.believe.measurement+json';

const common = { kind: z.literal('believe.measurement'), version: z.literal(1), shipId: z.string().min(1).max(500) };
const tradeDate = z.number().int();
const fold = z.number().int().min(0).max(10_000);
const ofSamples = { head: headName, samplesSha256: sha256Hex };
/** Of the recipe that was trained by: a fold that was scored with another one says nothing of the candidate. */
const byRecipe = { ...ofSamples, recipeSha256: sha256Hex };

/** Most folds that one report can be about; so that the list of them is bounded. */
const FOLDS_MAX = 5000;

/**
 * What one step has measured, from which bytes: a chain from the training set to the gate's report. Each link is signed by
 * the process that made it, so that whoever can put files into a ship's folder, or answer for a step, changes nothing in it.
 */
export const measurement = z.discriminatedUnion('what', [
  z.strictObject({ ...common, what: z.literal('samples'), ...ofSamples, trainingSetMerkleRoot: sha256Hex }),
  z.strictObject({ ...common, what: z.literal('head'), ...byRecipe, onnxSha256: sha256Hex }),
  z.strictObject({
    ...common,
    what: z.literal('candidate'),
    candidateSha256: sha256Hex,
    heads: z.array(z.strictObject({ head: headName, onnxSha256: sha256Hex })).max(100),
  }),
  z.strictObject({
    ...common,
    ...{ what: z.literal('fold'), fold, ...byRecipe },
    /** Name of the release that it was compared with; null without one. */
    priorRelease: z.string().nullable(),
    /** Of the whole file of the scored fold. */
    scoreSha256: sha256Hex,
    /** Of the models that were fitted, which trade the fold's dates; null where files were scored. */
    modelsSha256: sha256Hex.nullable(),
    /** Of the graph that would be released, where that was scored; null where recipes were. */
    onnxSha256: sha256Hex.nullable(),
  }),
  z.strictObject({
    ...common,
    ...{ what: z.literal('day'), tradeDate, candidateSha256: sha256Hex, priorRelease: z.string().nullable() },
    /** Of the whole file of the traded day. */
    daySha256: sha256Hex,
    /** The fitted models that traded; none where the files did. */
    models: z.array(z.strictObject({ head: headName, fold, modelsSha256: sha256Hex })).max(100),
  }),
  z.strictObject({
    ...common,
    what: z.literal('gate'),
    ...{ candidateSha256: sha256Hex, gateReportSha256: sha256Hex },
    /** The scored folds that the report was reckoned from. */
    folds: z.array(z.strictObject({ head: headName, fold, scoreSha256: sha256Hex })).max(FOLDS_MAX),
    /** The traded days that it was reckoned from. */
    days: z.array(z.strictObject({ tradeDate, daySha256: sha256Hex })).max(FOLDS_MAX),
  }),
]);
export type Measurement = Readonly<z.infer<typeof measurement>>;
export type MeasuredThing = Measurement['what'];

/** A measurement as its step says it. */
export type Measured<W extends MeasuredThing = MeasuredThing> = W extends MeasuredThing
  ? Omit<Extract<Measurement, { what: W }>, 'kind' | 'version'>
  : never;

export function signMeasurement(measured: Measured, key: SigningKey): DsseEnvelope {
  const told = measurement.parse({ kind: 'believe.measurement', version: 1, ...measured });
  return signEnvelope(MEASUREMENT_PAYLOAD_TYPE, Buffer.from(JSON.stringify(told)), [key]);
}

/** What an envelope says that was measured; null where none of the keys has signed it, or it says nothing of the kind. */
export function measurementIn(envelope: DsseEnvelope, keys: readonly VerifyingKey[]): Measurement | null {
  if (envelope.payloadType !== MEASUREMENT_PAYLOAD_TYPE || !verifySignatures(envelope, keys, 1).met) return null;
  try {
    return measurement.parse(JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')));
  } catch {
    return null;
  }
}

export function recipeSha256(recipe: object): string {
  const sorted = Object.entries(recipe).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
