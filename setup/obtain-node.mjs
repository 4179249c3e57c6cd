// A pinned Node from npm, for machines whose own is too old to run this code. Plain JavaScript without dependencies, because
// the old one runs it, before anything is installed or built.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cacheFolder } from './cache-folder.mjs';
import { SUPPORTED_RANGE } from './node-pins.mjs';

const TIME_LIMIT_MS = 10 * 60_000;
const FIX = `install Node ${SUPPORTED_RANGE} yourself, and put it first on PATH`;

/** Nothing else is tried after one of type `PinMismatch`: another source would hide it. */
export class NodeNotObtained extends Error {
  /**
   * @param {string} message
   * @param {string} fix
   * @param {'NodeNotObtained' | 'PinMismatch'} type
   */
  constructor(message, fix = FIX, type = 'NodeNotObtained') {
    super(message);
    this.fix = fix;
    this.type = type;
  }
}

/**
 * Absolute path of the pinned program in the cache, obtained with npm where it is not there yet. Its bytes are compared with
 * the pinned hash at every call (a third of a second).
 * @param {import('./node-pins.mjs').NodePin | undefined} pin
 * @param {{env?: NodeJS.ProcessEnv, progress?: (message: string) => void}} options
 * @returns {string}
 * @throws NodeNotObtained
 */
export function obtainNode(pin, { env = process.env, progress = () => {} } = {}) {
  if (pin === undefined) throw new NodeNotObtained(`no Node is pinned for ${process.platform} on ${process.arch}`);
  const folder = cachedFolder(pin, env);
  const program = path.join(folder, path.basename(pin.program));
  if (!existsSync(program)) {
    progress(`obtaining Node ${pin.version} with npm (once, 50 MB) ...`);
    placeInCache(pin, folder, env);
  }
  refuseOther(program, pin.sha256, sha256(readFileSync(program)), `delete ${folder} to obtain it again`);
  return program;
}

/**
 * @param {import('./node-pins.mjs').NodePin} pin
 * @param {NodeJS.ProcessEnv} env
 */
function cachedFolder(pin, env) {
  return path.join(cacheFolder(env), `node-${pin.version}-${pin.package}`);
}

/**
 * The folder appears whole or not at all, so that others may obtain it at the same moment.
 * @param {import('./node-pins.mjs').NodePin} pin
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
function placeInCache(pin, folder, env) {
  mkdirSync(path.dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}.obtaining-`);
  try {
    const archive = download(pin, work, env);
    const found = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    refuseOther(`${pin.package}@${pin.version}`, pin.integrity, found, 'set npm to a registry that you trust');
    const unpacked = path.join(work, 'unpacked');
    mkdirSync(unpacked);
    const bytes = fileOf(gunzipSync(archive), `package/${pin.program}`);
    writeFileSync(path.join(unpacked, path.basename(pin.program)), bytes, { mode: 0o755, flush: true });
    moveUnlessThere(unpacked, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * By the npm of this machine: it knows the registry, proxy and certificates.
 * @param {import('./node-pins.mjs').NodePin} pin
 * @param {string} work
 * @param {NodeJS.ProcessEnv} env
 */
function download(pin, work, env) {
  // One string through the shell: on Windows npm is a script, which only a shell can start.
  const npm = spawnSync(`npm pack ${pin.package}@${pin.version} --loglevel=error`, {
    ...{ cwd: work, env, shell: true, encoding: 'utf8', timeout: TIME_LIMIT_MS, windowsHide: true },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const archive = readdirSync(work).find((name) => name.endsWith('.tgz'));
  if (npm.status === 0 && archive !== undefined) return readFileSync(path.join(work, archive));
  const said = `${npm.stdout ?? ''}${npm.stderr ?? ''}`.trim().split('\n').at(-1) || npm.error?.message;
  throw new NodeNotObtained(`npm could not obtain ${pin.package} ${pin.version}: ${said || `status ${npm.status}`}`);
}

/**
 * @param {string} what
 * @param {string} pinned
 * @param {string} found
 * @param {string} then
 */
function refuseOther(what, pinned, found, then) {
  if (found === pinned) return;
  const sentence = `${what} is not the pinned one: ${pinned} was expected, ${found} was found`;
  throw new NodeNotObtained(sentence, `find out who changed it; ${then}`, 'PinMismatch');
}

/** @param {Buffer} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const TAR_BLOCK_BYTES = 512;

/**
 * One file out of a tar archive whose hash is known already: headers of 512 bytes, then the contents, filled up to blocks.
 * @param {Buffer} tar
 * @param {string} wanted
 */
function fileOf(tar, wanted) {
  for (let at = 0; at + TAR_BLOCK_BYTES <= tar.length; ) {
    const name = tar.toString('utf8', at, at + 100).split('\0', 1)[0];
    const sizeBytes = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0;
    const start = at + TAR_BLOCK_BYTES;
    if (name === wanted) return tar.subarray(start, start + sizeBytes);
    at = start + Math.ceil(sizeBytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
  }
  throw new NodeNotObtained(`the package holds no ${wanted}`);
}

/**
 * @param {string} from
 * @param {string} to
 */
function moveUnlessThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process was first; what it put there is compared with the pinned hash as this would have been.
    if (!existsSync(to)) throw error;
  }
}
