import { createHash } from 'node:crypto';
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { Failure, UsageFailure } from '../shared/failure.js';
import { isDiskFull } from '../shared/node/disk/disk-full.js';
import { makeFolder } from '../shared/node/disk/make-folder.js';
import { renameWithRetry, syncFolder } from '../shared/node/disk/replace-file.js';
import { acknowledgedSegments } from './acknowledged-segments.js';
import type { Locks, Openers } from './age.js';
import { archiveName, archivesIn, hostName } from './archive-name.js';
import { backupDamaged } from './backup-failure.js';
import { encodeManifest, type Manifest } from './manifest.js';
import { dumpPostgres, type PostgresDump } from './postgres.js';
import { KEEPS_NOTHING, readBackup } from './read-archive.js';
import { isHomeRunning } from './running.js';
import type { Choice } from './selection.js';
import { type Survey, surveyHome } from './survey.js';
import { FileMoved, temporaryBeside, type WrittenArchive, writeArchive } from './write-archive.js';

export interface CreateAsk extends Omit<Choice, 'isRunning'> {
  readonly home: string;
  readonly target: string;
  /** `upload.broker`. */
  readonly broker: string;
  readonly epoch: number;
  readonly program: string;
  readonly locks: Locks;
  /** What would open it again: then it is read back to the last byte, else compared with what was written. */
  readonly openers: Openers | null;
  /** So many backups of this home stay. */
  readonly keep: number | null;
  readonly postgres: string | null;
  readonly nowMs: () => number;
}

export interface Created extends WrittenArchive {
  readonly file: string;
  readonly manifestSha256: string;
  readonly manifest: Manifest;
  readonly isOpenedAgain: boolean;
  readonly removed: readonly string[];
}

/** A file that changes under us so often is left out, and named. */
const TRIES_OF_FILE_MAX = 3;
const TRIES_MAX = 50;

/**
 * Writes a backup of a home that may run, under its name only when it is whole and on the disk; older ones go when it was read back.
 * @throws UsageFailure; Failure 'DiskFull', 'BackupChanging', 'BackupDamaged', 'DumpFailed'
 */
export async function createBackup(ask: CreateAsk): Promise<Created> {
  requirePlaces(ask);
  makeFolder(ask.target, 0o700);
  const whose = whoseIs(ask);
  const file = path.join(ask.target, archiveName(whose, ask.nowMs()));
  const dump = ask.postgres === null ? null : await dumpPostgres(ask.postgres, ask.target);
  try {
    const written = await writeUnderName(ask, { file, whose, dump });
    const isOpenedAgain = await readBack(ask, file, written);
    return { ...written, file, isOpenedAgain, removed: prune(ask, whose, file) };
  } catch (error) {
    if (isDiskFull(error)) throw diskFull(ask.target);
    throw error;
  } finally {
    dump?.close();
  }
}

/** A tier's backups have a name of their own: those of another in the same folder are not pruned for them. */
function whoseIs({ tier, broker }: CreateAsk): string {
  if (tier === 'all') return broker;
  return `${tier === 'broker' ? broker : hostName()}-${tier}`;
}

function requirePlaces({ home, target, locks, keep }: CreateAsk): void {
  if (!existsSync(home)) throw new UsageFailure(`there is no home at ${home}`, 'name it with --home');
  const inside = path.relative(path.resolve(home), path.resolve(target));
  if (inside === '' || !(inside.startsWith('..') || path.isAbsolute(inside)))
    throw new UsageFailure('a backup inside the home that it is of is lost with it', 'name another folder');
  if (locks.recipients.length > 0 === (locks.passphrase !== null))
    throw new UsageFailure(
      'a backup is encrypted for recipients or with a passphrase',
      'give --recipient or --passphrase-file',
    );
  if (keep !== null && keep < 1) throw new UsageFailure('one backup stays at least', 'give --keep 1 or more');
}

async function writeUnderName(
  ask: CreateAsk,
  { file, whose, dump }: { file: string; whose: string; dump: PostgresDump | null },
) {
  const choice: Choice = { ...ask, isRunning: isHomeRunning(ask.home) };
  const without = new Map(acknowledgedSegments(ask.home, ask.broker, ask.epoch));
  const moved = new Map<string, number>();
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const seen = await surveyHome({ home: ask.home, choice, without, hold: new Set(moved.keys()) });
    const survey = dump === null ? seen : withDump(seen, dump);
    const manifest = manifestOf(ask, whose, survey);
    const bytes = encodeManifest(manifest);
    const temporary = temporaryBeside(file);
    try {
      const written = await writeArchive({
        temporary,
        home: ask.home,
        manifest: bytes,
        files: survey.files,
        locks: ask.locks,
      });
      giveName(temporary, file);
      return { ...written, manifest, manifestSha256: createHash('sha256').update(bytes).digest('hex') };
    } catch (error) {
      if (!(error instanceof FileMoved)) throw error;
      const times = (moved.get(error.place) ?? 0) + 1;
      moved.set(error.place, times);
      if (times >= TRIES_OF_FILE_MAX) without.set(error.place, 'would not hold still');
    }
  }
  throw new Failure(
    'BackupChanging',
    `${ask.home} changes faster than it can be read`,
    'try again, or stop the stack for it',
    {
      files: [...moved.keys()].slice(0, 20),
    },
  );
}

/** In the place of one that a restored home still has. */
function withDump(survey: Survey, { file }: PostgresDump): Survey {
  return { ...survey, files: [...survey.files.filter((one) => one.path !== file.path), file] };
}

function manifestOf({ tier, home, program, nowMs }: CreateAsk, whose: string, survey: Survey): Manifest {
  const files = survey.files.map(({ path: place, size, sha256 }) => ({ path: place, size, sha256 }));
  const at = new Date(nowMs()).toISOString();
  const { folders, leftOut } = survey;
  return { kind: 'believe.backup', v: 1, program, tier, whose, home: path.resolve(home), at, folders, files, leftOut };
}

/** Never over one that is there. */
function giveName(temporary: string, file: string): void {
  if (existsSync(file)) {
    rmSync(temporary, { force: true });
    throw new Failure('BackupExists', `${file} is there already`, 'try again: its name says the millisecond', { file });
  }
  renameWithRetry(temporary, file);
  syncFolder(path.dirname(file));
}

/** @returns whether it was decrypted too; without an identity only its bytes can be compared. @throws Failure 'BackupDamaged' */
async function readBack({ openers }: CreateAsk, file: string, written: WrittenArchive): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  if (statSync(file).size !== written.bytes || hash.digest('hex') !== written.sha256)
    throw backupDamaged(file, 'it is not what was written');
  if (openers === null) return false;
  await readBackup(file, openers, KEEPS_NOTHING);
  return true;
}

/** Older backups of the same home, but for the newest `keep`; never the one just made, whatever the clock said for the others. */
function prune({ target, keep }: CreateAsk, whose: string, made: string): string[] {
  if (keep === null) return [];
  const own = archivesIn(target).filter((one) => one.whose === whose && one.file !== made);
  const old = own.slice(0, Math.max(0, own.length - (keep - 1)));
  for (const { file } of old) rmSync(file);
  return old.map(({ name }) => name);
}

function diskFull(folder: string): Failure {
  return new Failure(
    'DiskFull',
    `there is no room for the backup in ${folder}`,
    'free some space; nothing was left there',
    {
      folder,
    },
  );
}
