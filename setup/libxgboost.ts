import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../shared/failure.js';
import { cacheFolder } from './cache-folder.mjs';
import { fileSha256 } from './file-sha256.js';
import { damagedFile, LIBXGBOOST_VERSION, type LibxgboostPin, libxgboostPinFor } from './libxgboost-pin.js';
import { PinMismatch } from './pin-mismatch.js';
import { type Progress, silent } from './progress.js';
import { findSystemLibxgboost, libxgboostVersion } from './system-libxgboost.js';
import { isAtLeast } from './version.js';
import { unpackXgboostWheel } from './xgboost-wheel.js';

/** A service may reach no registry; a checkout has no such folder. */
const OF_THE_BUNDLE = fileURLToPath(new URL('../../cache', import.meta.url));

/** Before 3.0 the model format and the base score differ from what the ONNX writer expects. */
export const LIBXGBOOST_MINIMUM = '3.0.0';

export interface Libxgboost {
  /** Absolute path of the shared library. */
  path: string;
  version: string;
  /** Of the library file; model cards record it. */
  sha256: string;
  source: 'environment' | 'pinned' | 'system';
  /** Why the models of this library may differ from those of other machines. */
  warning?: string;
}

/**
 * The XGBoost library that every head is trained with. The order is: what BELIEVE_LIBXGBOOST names, because an operator
 * asked for it; the pinned build, because two versions of XGBoost make different model bytes from the same rows; a
 * library of the operating system, with a warning, so that a machine without pip can work; never where other bytes than the
 * pinned ones came. The pinned files are compared
 * with their sha256 at every call (some 20 ms) and obtained again when they are damaged.
 * @throws Failure `XgboostNotObtained`, `XgboostTooOld` or `XgboostUnusable`, each with the fix
 */
export async function obtainLibxgboost(
  options: { env?: NodeJS.ProcessEnv; progress?: Progress } = {},
): Promise<Libxgboost> {
  const { env = process.env, progress = silent } = options;
  if (env.BELIEVE_LIBXGBOOST) return foreignLibrary(path.resolve(env.BELIEVE_LIBXGBOOST), 'environment');
  try {
    return await pinnedLibrary(env, progress);
  } catch (error) {
    const system = await findSystemLibxgboost();
    if (system === undefined || !(error instanceof Failure) || error instanceof PinMismatch) throw error;
    const library = await foreignLibrary(system, 'system').catch(() => {
      throw error;
    });
    return { ...library, warning: `${library.warning} (${error.message})` };
  }
}

/** The pinned library if a bundle brought it or the cache has it, undamaged; obtains nothing. */
export async function cachedLibxgboost(env: NodeJS.ProcessEnv = process.env): Promise<Libxgboost | undefined> {
  const pin = libxgboostPinFor();
  for (const cache of [OF_THE_BUNDLE, cacheFolder(env)]) {
    const folder = pinnedFolder(cache);
    if (pin !== undefined && (await damagedFile(folder, pin)) === undefined) return pinned(folder, pin);
  }
  return undefined;
}

async function pinnedLibrary(env: NodeJS.ProcessEnv, progress: Progress): Promise<Libxgboost> {
  const pin = libxgboostPinFor();
  if (pin === undefined) {
    throw new Failure(
      'XgboostNotObtained',
      `there is no pinned libxgboost for ${process.platform} on ${process.arch}`,
      'set BELIEVE_LIBXGBOOST to a libxgboost 3.x built for this machine',
    );
  }
  const there = await cachedLibxgboost(env);
  if (there !== undefined) return there;
  const folder = pinnedFolder(cacheFolder(env));
  progress(`obtaining libxgboost ${LIBXGBOOST_VERSION} with pip (once, 6 MB) ...`);
  await unpackXgboostWheel(folder, pin, env);
  const damaged = await damagedFile(folder, pin);
  if (damaged !== undefined) {
    const file = path.join(folder, ...damaged.split('/'));
    const found = (await fileSha256(file)) ?? 'no file';
    throw new PinMismatch(file, pin.files[damaged]!, found, `find out who changed it; delete ${folder} and try again`);
  }
  return pinned(folder, pin);
}

const pinnedFolder = (cache: string) => path.join(cache, `libxgboost-${LIBXGBOOST_VERSION}`);

function pinned(folder: string, pin: LibxgboostPin): Libxgboost {
  return {
    path: path.join(folder, ...pin.library.split('/')),
    version: LIBXGBOOST_VERSION,
    sha256: pin.files[pin.library]!,
    source: 'pinned',
  };
}

async function foreignLibrary(file: string, source: 'environment' | 'system'): Promise<Libxgboost> {
  const sha256 = await fileSha256(file);
  const fix = `name a libxgboost ${LIBXGBOOST_MINIMUM} or newer in BELIEVE_LIBXGBOOST, or unset it to use the pinned one`;
  if (sha256 === undefined) throw new Failure('XgboostUnusable', `there is no library at ${file}`, fix);
  let version: string;
  try {
    version = libxgboostVersion(file);
  } catch (error) {
    throw new Failure('XgboostUnusable', `${file} cannot be loaded: ${(error as Error).message}`, fix);
  }
  if (!isAtLeast(version, LIBXGBOOST_MINIMUM)) {
    throw new Failure('XgboostTooOld', `${file} is XGBoost ${version}, older than ${LIBXGBOOST_MINIMUM}`, fix);
  }
  const warning = `models of ${file} (XGBoost ${version}) are not byte-equal to those of the pinned ${LIBXGBOOST_VERSION}`;
  return { path: file, version, sha256, source, warning };
}
