import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { NotPlainFile, readPlainFile } from '../disk/plain-file.js';
import { renameWithRetry, replaceFile, syncFolder } from '../disk/replace-file.js';
import { Failure } from '../failure.js';
import { ENVELOPE_BYTES_MAX, MalformedEnvelope } from './dsse.js';
import { BadKey } from './ed25519-key.js';
import { raisePin, readPin } from './pin-store.js';
import { ReleaseRefused } from './refusal.js';
import { keepRevocations, revokedPayloads } from './revocation-store.js';
import { REVOCATIONS_FILE } from './revocations.js';
import { RootRefused, type TrustedRoot } from './root.js';
import { ARCHIVE_BYTES_MAX, envelopeName, tarballName } from './statement.js';
import { followRoots, readTrustedRoot } from './trust-store.js';
import {
  type ExpectedRelease,
  type VerifiedRelease,
  verifyArchive,
  verifyEnvelope,
  verifyRelease,
} from './verify-release.js';

export interface DeliveredRelease {
  /** `broker/` of the home folder: trust/, pin.json, releases/. */
  readonly brokerFolder: string;
  /** Where the tarball, the envelope and newer roots were pulled to. */
  readonly incomingFolder: string;
  readonly tarball: string;
  readonly envelope: string;
  readonly nowMs: number;
  readonly expected?: ExpectedRelease;
}

export interface AcceptedRelease extends VerifiedRelease {
  /** File names inside `broker/releases/`. */
  readonly tarball: string;
  readonly envelope: string;
  /** The unpacked files, for people and for `release card`; the bridge loads from the tarball. */
  readonly unpackedFolder: string;
}

/**
 * Takes a delivered release into `broker/releases/`. Envelope and tarball are read once; what is verified, stored and
 * unpacked is that one buffer, so a file that changes meanwhile changes nothing. Doing it again gives the same end.
 * @throws ReleaseRefused, PinLost, TrustMissing, DeliveryMissing
 */
export async function acceptRelease(delivered: DeliveredRelease): Promise<AcceptedRelease> {
  const { brokerFolder, incomingFolder, nowMs, expected } = delivered;
  const root = orRefused(() => followRoots(path.join(brokerFolder, 'trust'), incomingFolder));
  const envelope = readBounded(path.join(incomingFolder, delivered.envelope), ENVELOPE_BYTES_MAX);
  const statement = verifyEnvelope({ envelope, root, pin: readPin(brokerFolder), nowMs, expected });
  takeRevocations(brokerFolder, incomingFolder, root);
  refuseRevoked(brokerFolder, statement.payloadSha256);
  const tarball = readBounded(path.join(incomingFolder, delivered.tarball), statement.predicate.archive.size);
  const files = await verifyArchive(statement, tarball);
  const names = storeRelease(brokerFolder, statement.predicate.modelVersion, { tarball, envelope, files });
  raisePin(brokerFolder, statement.nextPin!);
  return { ...statement, files, ...names };
}

/**
 * Reads a release that was accepted before, and verifies it again: the only way to a loaded model. Call it at the swap
 * with what the armed swap names, and at a restart with `alreadyLive`. It moves no pin.
 * @throws ReleaseRefused, PinLost, TrustMissing, DeliveryMissing
 */
export async function loadRelease(ask: {
  readonly brokerFolder: string;
  readonly tarball: string;
  readonly envelope: string;
  readonly nowMs: number;
  readonly expected: ExpectedRelease;
}): Promise<VerifiedRelease> {
  const releases = path.join(ask.brokerFolder, 'releases');
  const verified = await verifyRelease({
    envelope: readBounded(path.join(releases, ask.envelope), ENVELOPE_BYTES_MAX),
    tarball: readBounded(path.join(releases, ask.tarball), ARCHIVE_BYTES_MAX),
    root: orRefused(() => readTrustedRoot(path.join(ask.brokerFolder, 'trust'))),
    pin: readPin(ask.brokerFolder),
    nowMs: ask.nowMs,
    expected: ask.expected,
  });
  // What trades was never given up; a note that says so came from a signer that was deceived.
  if (ask.expected.alreadyLive !== true) refuseRevoked(ask.brokerFolder, verified.payloadSha256);
  return verified;
}

/**
 * Keeps what the list that was pulled revokes. @returns how many releases are revoked by now
 */
export function takeRevocations(brokerFolder: string, incomingFolder: string, root: TrustedRoot): number {
  const file = path.join(incomingFolder, REVOCATIONS_FILE);
  if (existsSync(file)) keepRevocations(brokerFolder, readBounded(file, ENVELOPE_BYTES_MAX), root);
  return revokedPayloads(brokerFolder).size;
}

function refuseRevoked(brokerFolder: string, payloadSha256: string): void {
  if (revokedPayloads(brokerFolder).has(payloadSha256)) throw new ReleaseRefused('revoked', { payloadSha256 });
}

/**
 * Whether a release that was loaded before may still be used now: it may have expired since, its key may have been taken
 * away, it may have been given up, a newer one may have been verified. Takes what is on disk at this moment, and no time that a swap would feel.
 * @throws ReleaseRefused, PinLost, TrustMissing, DeliveryMissing
 */
export function verifyStillGood(ask: {
  readonly brokerFolder: string;
  readonly envelope: string;
  readonly nowMs: number;
  readonly expected: ExpectedRelease;
}): void {
  const { payloadSha256 } = verifyEnvelope({
    envelope: readBounded(path.join(ask.brokerFolder, 'releases', ask.envelope), ENVELOPE_BYTES_MAX),
    root: orRefused(() => readTrustedRoot(path.join(ask.brokerFolder, 'trust'))),
    pin: readPin(ask.brokerFolder),
    nowMs: ask.nowMs,
    expected: ask.expected,
  });
  refuseRevoked(ask.brokerFolder, payloadSha256);
}

/** The file's bytes, at most one more than `bytesMax`: the verifier sees that it is too long without reading it all. */
export function readBounded(file: string, bytesMax: number): Buffer {
  try {
    return readPlainFile(file, bytesMax);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined && !(error instanceof NotPlainFile)) throw error;
    throw new DeliveryMissing(file, (error as Error).message);
  }
}

export class DeliveryMissing extends Failure {
  constructor(file: string, reason: string) {
    super('DeliveryMissing', `cannot read ${file}: ${reason}`, 'pull the release again', { file });
  }
}

/** A root that does not hold is a reason to refuse the release that needs it. */
function orRefused(root: () => TrustedRoot): TrustedRoot {
  try {
    return root();
  } catch (error) {
    if (error instanceof RootRefused || error instanceof MalformedEnvelope || error instanceof BadKey) {
      throw new ReleaseRefused('root-refused', { cause: error.message });
    }
    throw error;
  }
}

function storeRelease(
  brokerFolder: string,
  modelVersion: number,
  release: { tarball: Buffer; envelope: Buffer; files: ReadonlyMap<string, Buffer> },
): { tarball: string; envelope: string; unpackedFolder: string } {
  const releases = path.join(brokerFolder, 'releases');
  const tarball = tarballName(modelVersion);
  const envelope = envelopeName(modelVersion);
  const unpackedFolder = path.join(releases, `believe-v${modelVersion}`);
  replaceFile(path.join(releases, tarball), release.tarball);
  unpackInto(unpackedFolder, release.files);
  replaceFile(path.join(releases, envelope), release.envelope);
  return { tarball, envelope, unpackedFolder };
}

/** A fresh folder beside the final one, then one rename; a complete folder of the same bytes is left alone. */
function unpackInto(folder: string, files: ReadonlyMap<string, Buffer>): void {
  if (holdsExactly(folder, files)) return;
  const fresh = `${folder}.${process.pid}.tmp`;
  rmSync(fresh, { recursive: true, force: true });
  for (const [name, bytes] of files) replaceFile(path.join(fresh, ...name.split('/')), bytes);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(path.dirname(folder), { recursive: true });
  renameWithRetry(fresh, folder);
  syncFolder(path.dirname(folder));
}

function holdsExactly(folder: string, files: ReadonlyMap<string, Buffer>): boolean {
  if (!existsSync(folder)) return false;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  if (entries.length !== files.size || entries.some((entry) => !entry.isFile())) return false;
  return [...files].every(([name, bytes]) => {
    const file = path.join(folder, ...name.split('/'));
    return existsSync(file) && readFileSync(file).equals(bytes);
  });
}
