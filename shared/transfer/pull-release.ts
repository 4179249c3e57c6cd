import { existsSync } from 'node:fs';
import path from 'node:path';
import { ENVELOPE_BYTES_MAX } from '../release/dsse.js';
import { REVOCATIONS_FILE } from '../release/revocations.js';
import { ARCHIVE_BYTES_MAX } from '../release/statement.js';
import { PullFailed } from './rsync-failure.js';
import { rsyncPull } from './rsync-pull.js';

/** Module and login by which research publishes releases. */
export const RELEASES_MODULE = 'releases';
export const RELEASES_USER = 'broker-down';

/** The broker's copy of the module's password. */
export function releasesPasswordFile(brokerFolder: string): string {
  return path.join(brokerFolder, 'keys', 'releases.password');
}

export interface ReleasePull {
  readonly rsync: {
    readonly path: string;
    readonly host: string;
    readonly port: number;
    readonly bwlimitKiBps: number | null;
  };
  readonly brokerFolder: string;
  readonly incomingFolder: string;
  /** File names in the module. */
  readonly release: { readonly tarball: string; readonly envelope: string };
  readonly progress?: (progress: { doing: string; done: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Brings a published release, and every version of the root of trust, to the broker. The broker opens the connection.
 * @throws PullFailed, EndlessData; the signal's reason when aborted
 */
export async function pullRelease({ rsync, release, ...pull }: ReleasePull): Promise<{ bytes: number }> {
  const bytes = await rsyncPull({
    program: rsync.path,
    url: `rsync://${RELEASES_USER}@${rsync.host}:${rsync.port}/${RELEASES_MODULE}`,
    passwordFile: releasesPasswordFile(pull.brokerFolder),
    files: [release.tarball, release.envelope, 'root.*.json'],
    into: pull.incomingFolder,
    timeoutSeconds: TIMEOUT_SECONDS,
    bwlimitKiBps: rsync.bwlimitKiBps,
    bytesMax: ARCHIVE_BYTES_MAX + ENVELOPES_MAX * ENVELOPE_BYTES_MAX,
    onProgress: (done) => pull.progress?.({ doing: `pulling ${release.tarball}`, done }),
    signal: pull.signal,
  });
  for (const name of [release.tarball, release.envelope]) {
    if (!existsSync(path.join(pull.incomingFolder, name))) throw new PullFailed(23, `${name} did not arrive`);
  }
  return { bytes };
}

/** Brings the list of releases that were given up. A publisher that has given none up may have no such file. */
export async function pullRevocations({ rsync, ...pull }: Omit<ReleasePull, 'release'>): Promise<void> {
  try {
    await rsyncPull({
      program: rsync.path,
      url: `rsync://${RELEASES_USER}@${rsync.host}:${rsync.port}/${RELEASES_MODULE}`,
      passwordFile: releasesPasswordFile(pull.brokerFolder),
      files: [REVOCATIONS_FILE],
      into: pull.incomingFolder,
      timeoutSeconds: TIMEOUT_SECONDS,
      bwlimitKiBps: rsync.bwlimitKiBps,
      bytesMax: ENVELOPE_BYTES_MAX,
      signal: pull.signal,
    });
  } catch (error) {
    if (!(error instanceof PullFailed && error.exitCode === SOME_FILES_MISSING)) throw error;
  }
}

/** Exit code of rsync where a file that was named is not there. */
const SOME_FILES_MISSING = 23;
const TIMEOUT_SECONDS = 30;
/** Room for the release's envelope and the roots. */
const ENVELOPES_MAX = 64;
