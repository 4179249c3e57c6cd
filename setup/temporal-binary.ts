import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../shared/failure.js';
import { replaceFile } from '../shared/node/disk/replace-file.js';
import { cacheFolder } from './cache-folder.mjs';
import { fileSha256 } from './file-sha256.js';
import { findOnPath, programFile } from './find-on-path.js';
import { PinMismatch } from './pin-mismatch.js';
import { type Progress, silent } from './progress.js';
import { downloadTemporal, type TemporalArchive, temporalArchive } from './temporal-archive.js';
import { buildTemporal } from './temporal-by-go.js';
import {
  isRecentEnough,
  TEMPORAL_PIN,
  TEMPORAL_SERVER_MINIMUM,
  type TemporalVersion,
  temporalVersion,
} from './temporal-version.js';

export interface TemporalBinary extends TemporalVersion {
  /** Absolute path of the executable: server, Web UI, database and command line in one. */
  path: string;
  source: 'environment' | 'PATH' | 'cache' | 'download' | 'go install';
}

/** What a reader does where there is no recent temporal. */
export const TEMPORAL_FIX =
  `put temporal ${TEMPORAL_PIN.version} or newer on PATH, or name it in BELIEVE_TEMPORAL, ` +
  'or install Go 1.25 or newer so that it can be built';

/**
 * The `temporal` binary: what BELIEVE_TEMPORAL names, else PATH, else the cache, else a download, else a build by Go. One
 * on PATH that is too old is passed over, saying so. The last three are the pinned version, with pinned hashes.
 * @throws Failure `TemporalTooOld` or `TemporalNotObtained`, with the fix; PinMismatch, after which nothing else is tried
 */
export async function obtainTemporal(
  options: { env?: NodeJS.ProcessEnv; progress?: Progress; archive?: TemporalArchive | undefined } = {},
): Promise<TemporalBinary> {
  const { env = process.env, progress = silent, archive = temporalArchive() } = options;
  const found = await findTemporal(env, progress);
  if (found !== undefined) return found;
  const reasons: string[] = [];
  for (const [source, obtain] of [
    ['download', (folder: string) => downloadTemporal(folder, progress, archive)],
    ['go install', (folder: string) => buildTemporal(folder, progress, env)],
  ] as const) {
    try {
      return await placeInCache(cacheFolder(env), source, obtain);
    } catch (error) {
      if (!(error instanceof Failure) || error instanceof PinMismatch) throw error;
      progress(`  ${error.message}`);
      reasons.push(error.message);
    }
  }
  throw new Failure(
    'TemporalNotObtained',
    `temporal is not here and could not be obtained: ${reasons.join('; ')}`,
    TEMPORAL_FIX,
  );
}

/** The `temporal` that is already here, or undefined; obtains nothing. */
export async function findTemporal(
  env: NodeJS.ProcessEnv = process.env,
  progress: Progress = silent,
): Promise<TemporalBinary | undefined> {
  if (env.BELIEVE_TEMPORAL) return namedTemporal(path.resolve(env.BELIEVE_TEMPORAL));
  const onPath = await findOnPath('temporal', env);
  if (onPath !== undefined) {
    const found = await temporalVersion(onPath);
    if (found !== undefined && isRecentEnough(found)) return { path: onPath, ...found, source: 'PATH' };
    progress(`${onPath} is passed over: ${whatIsWrong(found)}`);
  }
  const cached = cachedPath(cacheFolder(env));
  await refuseChanged(cached); // before it is run for the first time
  const found = await temporalVersion(cached);
  return found !== undefined && isRecentEnough(found) ? { path: cached, ...found, source: 'cache' } : undefined;
}

async function namedTemporal(file: string): Promise<TemporalBinary> {
  const found = await temporalVersion(file);
  if (found !== undefined && isRecentEnough(found)) return { path: file, ...found, source: 'environment' };
  throw new Failure('TemporalTooOld', `BELIEVE_TEMPORAL names ${file}, but ${whatIsWrong(found)}`, TEMPORAL_FIX);
}

function whatIsWrong(found: TemporalVersion | undefined): string {
  if (found === undefined) return 'it does not answer to --version as temporal does';
  return `its server is ${found.serverVersion}, older than ${TEMPORAL_SERVER_MINIMUM}`;
}

const cachedPath = (cache: string) => path.join(cache, 'bin', programFile('temporal'));

/** Obtains into a folder of its own, checks that the file runs, and moves it in place whole. */
async function placeInCache(
  cache: string,
  source: 'download' | 'go install',
  obtain: (folder: string) => Promise<string>,
): Promise<TemporalBinary> {
  const target = cachedPath(cache);
  await mkdir(path.dirname(target), { recursive: true });
  const work = await mkdtemp(path.join(cache, 'temporal.obtaining-'));
  try {
    const file = await obtain(work);
    const found = await temporalVersion(file);
    if (found === undefined || found.serverVersion !== TEMPORAL_PIN.serverVersion) {
      throw new Failure(
        'TemporalNotObtained',
        `${source} gave server ${found?.serverVersion ?? 'nothing that runs'} instead of ${TEMPORAL_PIN.serverVersion}`,
      );
    }
    await recordHash(file, target);
    await rename(file, target);
    return { path: target, ...found, source };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const hashFile = (program: string) => `${program}.sha256`;

/** A program built here has no bytes that could be known before: those that it got are written down. */
async function recordHash(program: string, target: string): Promise<void> {
  replaceFile(hashFile(target), `${await fileSha256(program)}\n`);
}

/** Hashing takes a third of a second; a process that asks twice need not wait twice. */
const unchanged = new Map<string, Promise<void>>();

/** @throws PinMismatch where the cached program is another than the one that was obtained */
async function refuseChanged(program: string): Promise<void> {
  const known = unchanged.get(program) ?? compareHash(program);
  unchanged.set(program, known);
  await known;
}

async function compareHash(program: string): Promise<void> {
  const recorded = await readFile(hashFile(program), 'utf8').catch(() => null);
  // Programs that were obtained before hashes were written down have none.
  if (recorded === null) return;
  const found = await fileSha256(program);
  if (found === undefined || recorded.trim() === found) return;
  throw new PinMismatch(
    program,
    recorded.trim(),
    found,
    `find out who changed it; delete it and ${path.basename(hashFile(program))} to obtain it again`,
  );
}
