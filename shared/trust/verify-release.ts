import { createHash } from 'node:crypto';
import { openArchive } from './archive.js';
import { comparePins, type Pin } from './pin.js';
import { isSameProduct, type ReleaseProduct } from './product.js';
import { ReleaseRefused } from './refusal.js';
import type { TrustedRoot } from './root.js';
import { envelopeIn, type Refuse, signersInRole, statementIn } from './signed-statement.js';
import {
  FEATURE_SCHEMA_FILE,
  GATE_REPORT_FILE,
  RELEASE_PAYLOAD_TYPE,
  RELEASE_PREDICATE_TYPE,
  type ReleasePredicate,
  releaseStatement,
  type SignedFile,
} from './statement.js';
import { refuseOtherVerdict, refuseUndecided } from './verify-gate.js';
import { type RollbackMoment, refuseGroundless } from './verify-rollback.js';

export interface EnvelopeToVerify {
  readonly envelope: Buffer;
  readonly root: TrustedRoot;
  /** Null only where nothing is loaded afterwards (an auditor's look at a release). */
  readonly pin: Pin | null;
  /** Wall time, ms since the epoch: expiry is never measured in market time. */
  readonly nowMs: number;
  /** Payload that trades here, null where nothing does; left out where nothing is loaded afterwards. */
  readonly trading?: string | null;
  readonly expected?: ExpectedRelease;
}

/** What the caller knows already; what is left out is not compared. */
export interface ExpectedRelease {
  readonly shipId?: string;
  readonly modelVersion?: number;
  readonly counter?: number;
  readonly payloadSha256?: string;
  /** sha256 of the feature schema that this machine computes. */
  readonly featureSchemaSha256?: string;
  /** What is traded here: a release for another product, or for none that it names, is refused. */
  readonly product?: ReleaseProduct;
  /**
   * Set only at a restart, with the payload of the release that is kept as live beside the pin in `payloadSha256`: exactly
   * this payload may have a lower counter than the pin, because a newer release may be verified and still wait for its open.
   */
  readonly alreadyLive?: boolean;
}

export interface VerifiedStatement {
  readonly predicate: ReleasePredicate;
  readonly payloadSha256: string;
  /** The distinct release keys that signed. */
  readonly keyIds: readonly string[];
  /** A gap: releases between the pinned one and this one were never seen here. */
  readonly chain: 'unpinned' | 'first' | 'same' | 'next' | 'gap' | 'new-epoch' | 'already-live';
  /** What to pin once the archive has been verified as well; null without a pin. */
  readonly nextPin: Pin | null;
}

export interface VerifiedRelease extends VerifiedStatement {
  /** The verified bytes themselves: what is loaded must come from here. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** The whole verification, without any I/O. Every step refuses one attack. @throws ReleaseRefused */
export async function verifyRelease(input: EnvelopeToVerify & { readonly tarball: Buffer }): Promise<VerifiedRelease> {
  const statement = verifyEnvelope(input);
  return { ...statement, files: await verifyArchive(statement, input.tarball) };
}

/** Steps 1 to 8: whose word it is, and whether it is the word for now. @throws ReleaseRefused */
export function verifyEnvelope(input: EnvelopeToVerify): VerifiedStatement {
  const { root, pin, nowMs, expected = {} } = input;
  // 1. Endless data, truncation, bit flips outside the payload: one strict form of envelope.
  const envelope = envelopeIn(input.envelope, refuse);
  // 2. An old root: its keys may have been taken away since.
  refuseOldRoot(root, pin, nowMs);
  // 3. Wrong key, bit flip, threshold cheat, role confusion.
  const keyIds = signersInRole(envelope, { root, role: 'release', payloadType: RELEASE_PAYLOAD_TYPE }, refuse);
  // 4. Role confusion by content: only a release statement, and all of it understood.
  const payload = Buffer.from(envelope.payload, 'base64');
  const payloadSha256 = createHash('sha256').update(payload).digest('hex');
  const { predicate } = statementIn(payload, RELEASE_STATEMENT, refuse);
  // 5. Mix-and-match: a genuine release, but not the one that was asked for.
  refuseOther(predicate, payloadSha256, expected);
  // 6. Rollback, replay, equivocation, fork; fast-forward is undone by a root of a higher epoch.
  const chain = placeInChain(predicate, payloadSha256, root, pin, expected);
  // 7. Freeze: an expired release, or a clock that was set back to make it look fresh.
  refuseStale(predicate, pin, nowMs);
  // 8. A signer that was deceived or stolen: what the gate held goes on by the operators' own signatures. What trades
  // already was accepted under the operators of its day. A rollback goes by the word of operators or of the broker itself.
  if (!isLive(payloadSha256, expected)) {
    refuseUndecided(predicate, root);
    refuseGroundless(predicate, root, momentOf(input));
  }
  return { predicate, payloadSha256, keyIds, chain, nextPin: pinAfter(predicate, payloadSha256, root, pin, nowMs) };
}

/** Steps 9 to 11: the bytes are the ones of the statement. @throws ReleaseRefused */
export async function verifyArchive(
  { predicate }: Pick<VerifiedStatement, 'predicate'>,
  tarball: Buffer,
): Promise<Map<string, Buffer>> {
  // 9. Mix-and-match of tarball and envelope, truncation, endless data.
  if (tarball.length !== predicate.archive.size) {
    throw new ReleaseRefused('archive-size', { size: tarball.length, signed: predicate.archive.size });
  }
  if (createHash('sha256').update(tarball).digest('hex') !== predicate.archive.sha256) {
    throw new ReleaseRefused('archive-hash', { signed: predicate.archive.sha256 });
  }
  // 10. Archive tricks and bombs, even where the signer was made to sign one.
  const files = await openArchive(tarball, predicate.files);
  // 11. Mix-and-match inside: the parts of the release belong together.
  if (signedHash(predicate.files, FEATURE_SCHEMA_FILE) !== predicate.featureSchemaSha256) {
    throw new ReleaseRefused('feature-schema', { signed: predicate.featureSchemaSha256 });
  }
  if (signedHash(predicate.files, GATE_REPORT_FILE) !== predicate.gateReportSha256) {
    throw new ReleaseRefused('gate-report', { signed: predicate.gateReportSha256 });
  }
  refuseOtherVerdict(predicate, files.get(GATE_REPORT_FILE)!);
  return files;
}

/** How far clocks of honest machines may differ. */
const CLOCK_SKEW_MS_MAX = 5 * 60_000;

function refuseOldRoot(root: TrustedRoot, pin: Pin | null, nowMs: number): void {
  const { version, expires } = root.metadata;
  if (pin !== null && version < pin.rootVersion) {
    throw new ReleaseRefused('root-rollback', { rootVersion: version, pinned: pin.rootVersion });
  }
  if (latestKnownMs(pin, nowMs) >= Date.parse(expires)) {
    throw new ReleaseRefused('root-expired', { rootVersion: version, expires });
  }
}

const RELEASE_STATEMENT = { predicateType: RELEASE_PREDICATE_TYPE, schema: releaseStatement };
const refuse: Refuse = (fault, details) => new ReleaseRefused(fault, details);

/** Minutes of life count where it is to be used; who looks at it later only learns that it was signed. */
function momentOf({ pin, nowMs, trading }: EnvelopeToVerify): RollbackMoment {
  return {
    ...(trading === undefined ? {} : { trading }),
    ...(pin === null ? {} : { nowMs: latestKnownMs(pin, nowMs) }),
  };
}

function isLive(payloadSha256: string, { alreadyLive, payloadSha256: live }: ExpectedRelease): boolean {
  return alreadyLive === true && live === payloadSha256;
}

function refuseOther(predicate: ReleasePredicate, payloadSha256: string, expected: ExpectedRelease): void {
  const found = { ...predicate, payloadSha256 };
  for (const field of ['shipId', 'modelVersion', 'counter', 'payloadSha256'] as const) {
    if (expected[field] !== undefined && expected[field] !== found[field]) {
      throw new ReleaseRefused('not-the-expected-release', { field, found: found[field], expected: expected[field] });
    }
  }
  const schema = expected.featureSchemaSha256;
  if (schema !== undefined && schema !== predicate.featureSchemaSha256) {
    throw new ReleaseRefused('feature-schema', { signed: predicate.featureSchemaSha256, computedHere: schema });
  }
  const { product } = expected;
  if (product !== undefined && !isSameProduct(predicate.product, product)) {
    throw new ReleaseRefused('other-product', { trainedFor: predicate.product ?? null, tradedHere: product });
  }
}

function placeInChain(
  predicate: ReleasePredicate,
  payloadSha256: string,
  root: TrustedRoot,
  pin: Pin | null,
  expected: ExpectedRelease,
): VerifiedStatement['chain'] {
  const { epoch, counter, prevRelease } = predicate;
  if (epoch !== root.metadata.epoch) {
    throw new ReleaseRefused('epoch-mismatch', { epoch, rootEpoch: root.metadata.epoch });
  }
  if (pin === null) return 'unpinned';
  const order = comparePins(predicate, pin);
  if (order === 0 && payloadSha256 !== pin.payloadSha256) throw new ReleaseRefused('equivocation', { counter });
  if (order === 0) return 'same';
  if (order < 0 && isLive(payloadSha256, expected)) return 'already-live';
  if (order < 0) throw new ReleaseRefused('rollback', { epoch, counter, pinned: { ...pin } });
  if (epoch > pin.epoch) return 'new-epoch';
  if (pin.payloadSha256 === null) return 'first';
  if (prevRelease === pin.payloadSha256) return 'next';
  if (prevRelease === null || counter === pin.counter + 1) {
    throw new ReleaseRefused('fork', { counter, prevRelease, pinned: pin.payloadSha256 });
  }
  return 'gap';
}

function refuseStale({ issued, expires }: ReleasePredicate, pin: Pin | null, nowMs: number): void {
  const now = new Date(nowMs).toISOString();
  if (pin !== null && nowMs < Date.parse(pin.highestSeenUtc) - CLOCK_SKEW_MS_MAX) {
    throw new ReleaseRefused('clock-set-back', { now, seenBefore: pin.highestSeenUtc });
  }
  if (nowMs < Date.parse(issued) - CLOCK_SKEW_MS_MAX) throw new ReleaseRefused('issued-in-future', { issued, now });
  if (latestKnownMs(pin, nowMs) >= Date.parse(expires)) throw new ReleaseRefused('expired', { expires, now });
}

function pinAfter(
  predicate: ReleasePredicate,
  payloadSha256: string,
  root: TrustedRoot,
  pin: Pin | null,
  nowMs: number,
): Pin | null {
  if (pin === null) return null;
  const raised = comparePins(predicate, pin) > 0;
  return {
    v: 1,
    rootVersion: root.metadata.version,
    epoch: raised ? predicate.epoch : pin.epoch,
    counter: raised ? predicate.counter : pin.counter,
    payloadSha256: raised ? payloadSha256 : pin.payloadSha256,
    highestSeenUtc: new Date(latestKnownMs(pin, nowMs)).toISOString(),
  };
}

function latestKnownMs(pin: Pin | null, nowMs: number): number {
  return Math.max(nowMs, pin === null ? nowMs : Date.parse(pin.highestSeenUtc));
}

function signedHash(files: readonly SignedFile[], name: string): string | undefined {
  return files.find((file) => file.name === name)?.sha256;
}
