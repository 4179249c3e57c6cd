import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { homePlaces } from '../shared/config/home-places.js';
import { Failure } from '../shared/failure.js';
import { isDiskFull } from '../shared/node/disk/disk-full.js';
import { renameWithRetry, syncFolder } from '../shared/node/disk/replace-file.js';
import {
  RESTORED_FILE,
  type RestoredNote,
  readRestoredNote,
  writeRestoredNote,
} from '../shared/node/trust/restored-note.js';
import type { Openers } from './age.js';
import type { Manifest, ManifestFile } from './manifest.js';
import { type ReadBackup, readBackup, type Taker } from './read-archive.js';
import { isAlive } from './write-archive.js';

/** Folders of a home that give numbers or remember them: none is used before it was compared with the other side. */
export const GUARDED = { broker: 'broker', research: 'research/releases' } as const;
export type GuardedTier = keyof typeof GUARDED;

/**
 * Makes a home from a backup: everything or nothing, in a folder that was empty or not there. What a daemon serves can be read
 * by others, as in any home; everything else by its owner only.
 * @throws Failure 'HomeNotEmpty', 'DiskFull'; as `readBackup`
 */
export async function restoreBackup(ask: {
  readonly file: string;
  readonly home: string;
  readonly openers: Openers;
  readonly nowMs: number;
}): Promise<ReadBackup> {
  const home = path.resolve(ask.home);
  requireEmpty(home);
  removeLeftOver(home);
  const draft = draftOf(home, process.pid);
  try {
    mkdirSync(path.dirname(home), { recursive: true });
    const read = await readBackup(ask.file, ask.openers, new IntoFolder(draft));
    for (const tier of Object.keys(GUARDED) as GuardedTier[]) leaveNote(draft, tier, read, ask.nowMs);
    putInPlace(draft, home);
    return read;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (isDiskFull(error))
      throw new Failure('DiskFull', `there is no room for ${home}`, 'free some space; nothing was left there', {
        home,
      });
    throw error;
  }
}

function requireEmpty(home: string): void {
  if (!existsSync(home)) return;
  let names: string[] = ['a file'];
  try {
    names = readdirSync(home);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
  }
  if (names.length > 0)
    throw new Failure('HomeNotEmpty', `${home} is not empty`, 'name a folder that is empty or not there yet', { home });
}

const draftOf = (home: string, pid: number) => `${home}.restoring-${pid}`;

/** Of one that was killed: it holds keys. */
function removeLeftOver(home: string): void {
  const parent = path.dirname(home);
  if (!existsSync(parent)) return;
  const prefix = draftOf(path.basename(home), 0).slice(0, -1);
  for (const name of readdirSync(parent).filter((one) => one.startsWith(prefix))) {
    const pid = name.slice(prefix.length);
    if (/^\d+$/.test(pid) && !isAlive(Number(pid))) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function putInPlace(draft: string, home: string): void {
  if (existsSync(home)) rmdirSync(home);
  renameWithRetry(draft, home);
  syncFolder(path.dirname(home));
}

/** What an earlier note says of epochs stays: one that was restored twice has forgotten twice. */
function leaveNote(home: string, tier: GuardedTier, { manifest, manifestSha256 }: ReadBackup, nowMs: number): void {
  // Also where it has no release yet: those that it forgot are as old as the backup.
  if (!existsSync(path.join(home, tier))) return;
  const folder = path.join(home, GUARDED[tier]);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uploadEpochMin, releaseEpochMin } = earlierEpochs(folder);
  rmSync(path.join(folder, RESTORED_FILE), { force: true });
  writeRestoredNote(folder, {
    ...{ v: 1, backupAt: manifest.at, manifestSha256, restoredAt: new Date(nowMs).toISOString() },
    ...{ settledAt: null, uploadEpochMin, releaseEpochMin },
  });
}

function earlierEpochs(folder: string): Pick<RestoredNote, 'uploadEpochMin' | 'releaseEpochMin'> {
  try {
    return readRestoredNote(folder) ?? { uploadEpochMin: 1, releaseEpochMin: 1 };
  } catch (error) {
    if (error instanceof Failure) return { uploadEpochMin: 1, releaseEpochMin: 1 };
    throw error;
  }
}

/** Writes what is read below a folder that nobody else has: its names were judged with the manifest. */
class IntoFolder implements Taker {
  constructor(private readonly folder: string) {}

  begin({ folders, files }: Manifest): void {
    mkdirSync(this.folder, { mode: 0o700 });
    const above = files.map((file) => path.posix.dirname(file.path)).filter((name) => name !== '.');
    for (const name of new Set([...folders, ...above])) this.makeFolder(name);
  }

  async take({ path: place }: ManifestFile, chunks: AsyncIterable<Buffer>): Promise<void> {
    const descriptor = openSync(path.join(this.folder, place), 'wx', isServed(place) ? 0o644 : 0o600);
    try {
      for await (const chunk of chunks) for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  private makeFolder(name: string): void {
    const parts = name.split('/');
    for (let depth = 1; depth <= parts.length; depth++) {
      const place = parts.slice(0, depth).join('/');
      const folder = path.join(this.folder, place);
      if (!existsSync(folder)) mkdirSync(folder, { mode: isServed(place) ? 0o755 : 0o700 });
    }
  }
}

const SERVED = path.relative('/', homePlaces('/').research.published).split(path.sep).join('/');
const isServed = (place: string) => place === SERVED || place.startsWith(`${SERVED}/`);
