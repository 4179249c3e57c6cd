import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { renameWithRetry, replaceFile, syncFolder } from '../shared/node/disk/replace-file.js';
import { raisePin, readPin } from '../shared/node/trust/pin-store.js';
import { requireSettled } from '../shared/node/trust/restored-note.js';
import { keepRevocations, revokedPayloads } from '../shared/node/trust/revocation-store.js';
import { followRoots } from '../shared/node/trust/trust-store.js';
import { ENVELOPE_BYTES_MAX } from '../shared/trust/dsse.js';
import { REVOCATIONS_FILE } from '../shared/trust/revocations.js';
import type { TrustedRoot } from '../shared/trust/root.js';
import { envelopeName, tarballName } from '../shared/trust/statement.js';
import {
  type ExpectedRelease,
  type VerifiedRelease,
  verifyArchive,
  verifyEnvelope,
} from '../shared/trust/verify-release.js';
import { orRefused, readBounded, refuseRevoked, tradingPayload } from './load-release.js';

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
 * @throws ReleaseRefused, PinLost, TrustMissing, DeliveryMissing, RestoredNotSettled
 */
export async function acceptRelease(delivered: DeliveredRelease): Promise<AcceptedRelease> {
  const { brokerFolder, incomingFolder, nowMs, expected } = delivered;
  requireSettled(brokerFolder);
  const root = orRefused(() => followRoots(path.join(brokerFolder, 'trust'), incomingFolder));
  const envelope = readBounded(path.join(incomingFolder, delivered.envelope), ENVELOPE_BYTES_MAX);
  const trading = tradingPayload(brokerFolder);
  const statement = verifyEnvelope({ envelope, root, pin: readPin(brokerFolder), nowMs, trading, expected });
  takeRevocations(brokerFolder, incomingFolder, root);
  refuseRevoked(brokerFolder, statement.payloadSha256);
  const tarball = readBounded(path.join(incomingFolder, delivered.tarball), statement.predicate.archive.size);
  const files = await verifyArchive(statement, tarball);
  const names = storeRelease(brokerFolder, statement.predicate.modelVersion, { tarball, envelope, files });
  raisePin(brokerFolder, statement.nextPin!);
  return { ...statement, files, ...names };
}

/**
 * Keeps what the list that was pulled revokes. @returns how many releases are revoked by now
 */
export function takeRevocations(brokerFolder: string, incomingFolder: string, root: TrustedRoot): number {
  const file = path.join(incomingFolder, REVOCATIONS_FILE);
  if (existsSync(file)) keepRevocations(brokerFolder, readBounded(file, ENVELOPE_BYTES_MAX), root);
  return revokedPayloads(brokerFolder).size;
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
