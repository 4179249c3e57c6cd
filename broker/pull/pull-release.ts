import path from 'node:path';
import { ROOTS_AT_ONCE_MAX, readTrustedRoot, rootVersionFile } from '../../shared/node/trust/trust-store.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import { REVOCATIONS_FILE } from '../../shared/trust/revocations.js';
import { ARCHIVE_BYTES_MAX } from '../../shared/trust/statement.js';
import { moduleAccess, type RsyncReach } from '../rsync/module-access.js';
import { rsyncPull } from './rsync-pull.js';

export interface ReleasePull {
  readonly rsync: RsyncReach;
  readonly brokerFolder: string;
  readonly incomingFolder: string;
  /** File names in the module. */
  readonly release: { readonly tarball: string; readonly envelope: string };
  readonly progress?: (progress: { doing: string; done: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Brings a published release to the broker, the versions of the root of trust that follow the one trusted here, and the
 * list of releases that were given up. The broker opens the connection, and names every file: what else the publisher has stays there.
 * @throws PullFailed, EndlessData, TrustMissing; the signal's reason when aborted
 */
export async function pullRelease({ release, ...pull }: ReleasePull): Promise<{ bytes: number }> {
  const { version } = readTrustedRoot(path.join(pull.brokerFolder, 'trust')).metadata;
  const newerRoots = Array.from({ length: ROOTS_AT_ONCE_MAX }, (_, index) => rootVersionFile(version + 1 + index));
  const optionalFiles = [...newerRoots, REVOCATIONS_FILE];
  const bytes = await rsyncPull({
    ...connectionOf(pull),
    files: [release.tarball, release.envelope],
    optionalFiles,
    bytesMax: ARCHIVE_BYTES_MAX + (1 + optionalFiles.length) * ENVELOPE_BYTES_MAX,
    onProgress: (done) => pull.progress?.({ doing: `pulling ${release.tarball}`, done }),
  });
  return { bytes };
}

/**
 * Brings the list of releases that were given up. A publisher that has given none up has no such file.
 * @throws PullFailed, EndlessData; the signal's reason when aborted
 */
export async function pullRevocations(pull: Omit<ReleasePull, 'release'>): Promise<void> {
  await rsyncPull({ ...connectionOf(pull), optionalFiles: [REVOCATIONS_FILE], bytesMax: ENVELOPE_BYTES_MAX });
}

function connectionOf({ rsync, brokerFolder, incomingFolder, signal }: Omit<ReleasePull, 'release'>) {
  return { ...moduleAccess(rsync, brokerFolder, 'releases'), into: incomingFolder, signal };
}
