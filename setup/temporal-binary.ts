import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../shared/failure.js';
import { cacheFolder } from './cache-folder.js';
import { findOnPath, programFile } from './find-on-path.js';
import { type Progress, silent } from './progress.js';
import { buildTemporal } from './temporal-by-go.js';
import { downloadTemporal } from './temporal-by-sdk.js';
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
 * The `temporal` binary: what BELIEVE_TEMPORAL names, else PATH, else the cache, else the SDK's own download, else a
 * build by Go. One on PATH that is too old is passed over, saying so. The last three are the pinned version.
 * @throws Failure `TemporalTooOld` or `TemporalNotObtained`, with the fix
 */
export async function obtainTemporal(
  options: { env?: NodeJS.ProcessEnv; progress?: Progress } = {},
): Promise<TemporalBinary> {
  const { env = process.env, progress = silent } = options;
  const found = await findTemporal(env, progress);
  if (found !== undefined) return found;
  const reasons: string[] = [];
  for (const [source, obtain] of [
    ['download', downloadTemporal],
    ['go install', buildTemporal],
  ] as const) {
    try {
      return await placeInCache(cacheFolder(env), source, (folder) => obtain(folder, progress, env));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
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
    await rename(file, target);
    return { path: target, ...found, source };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
