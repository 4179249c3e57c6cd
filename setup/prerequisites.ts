import { Failure } from '../shared/failure.js';
import { cacheFolder } from './cache-folder.mjs';
import { findOnPath } from './find-on-path.js';
import { freeDisk } from './free-disk.js';
import { cachedLibxgboost, obtainLibxgboost } from './libxgboost.js';
import { installedModules } from './native-modules.js';
import { isSupported, NODE_VERSION, SUPPORTED_RANGE } from './node-pins.mjs';
import type { Prerequisite } from './prerequisite.js';
import { type Progress, silent } from './progress.js';
import { findRsync, obtainRsync, rsyncFix } from './rsync.js';
import { runCommand } from './run-command.js';
import { findTemporal, obtainTemporal, TEMPORAL_FIX } from './temporal-binary.js';
import { versionIn } from './version.js';

const DISK_FREE_MINIMUM_GIB = 2;

/** Looks at everything that is needed and obtains nothing. */
export async function listPrerequisites(env: NodeJS.ProcessEnv = process.env): Promise<Prerequisite[]> {
  return Promise.all([
    node(env),
    installedModules(),
    temporal(env),
    libxgboost(env),
    rsync(env),
    freeDisk(cacheFolder(env), DISK_FREE_MINIMUM_GIB),
    program(env, 'openssl', 'openssl', ['version'], 'checks a release without our code', 'install OpenSSL 3 or newer'),
    program(env, 'python3', 'python3', ['--version'], 'pip, some benchmarks', 'install Python 3 with pip'),
    program(env, 'go', 'go', ['version'], 'builds temporal', 'install Go 1.25 or newer'),
    program(env, 'chromium', 'chromium', ['--version'], 'screenshots', 'install Chromium'),
  ]);
}

/** Obtains whatever is missing of the required things, all at once, and returns what could not be obtained. */
export async function obtainAll(options: { progress?: Progress; env?: NodeJS.ProcessEnv } = {}): Promise<Failure[]> {
  const { progress = silent, env = process.env } = options;
  const outcomes = await Promise.allSettled([
    obtainTemporal({ env, progress }),
    obtainLibxgboost({ env, progress }),
    obtainRsync({ reach: 'loopback', env, progress }),
  ]);
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [];
    if (outcome.reason instanceof Failure) return [outcome.reason];
    throw outcome.reason;
  });
}

function node(env: NodeJS.ProcessEnv): Prerequisite {
  const isPinned = process.execPath.startsWith(cacheFolder(env));
  return {
    name: 'node',
    needed: 'required',
    found: isSupported(process.versions.node),
    version: process.versions.node,
    path: process.execPath,
    source: isPinned ? 'pinned' : 'this machine',
    fix: `install Node ${SUPPORTED_RANGE}, or start with npm start, npm test or bin/believe.mjs, which obtain ${NODE_VERSION}`,
  };
}

async function temporal(env: NodeJS.ProcessEnv): Promise<Prerequisite> {
  const said: string[] = [];
  const found = await findTemporal(env, (message) => said.push(message)).catch(asSentence(said));
  const base = { name: 'temporal', needed: 'required', found: found !== undefined, fix: TEMPORAL_FIX } as const;
  const warning = said.length > 0 ? { warning: said.join('; ') } : {};
  if (found === undefined) return { ...base, ...warning };
  const version = `${found.version} (server ${found.serverVersion})`;
  return { ...base, ...warning, version, path: found.path, source: found.source };
}

async function libxgboost(env: NodeJS.ProcessEnv): Promise<Prerequisite> {
  const said: string[] = [];
  // A library that the operator named costs nothing to look at; the pinned one is not obtained here.
  const look = env.BELIEVE_LIBXGBOOST ? obtainLibxgboost({ env }) : cachedLibxgboost(env);
  const found = await look.catch(asSentence(said));
  const fix = 'run believe up or npm test, which obtain it with pip; or set BELIEVE_LIBXGBOOST';
  const base = { name: 'libxgboost', needed: 'required', found: found !== undefined, fix } as const;
  if (found === undefined) return { ...base, ...(said.length > 0 ? { warning: said.join('; ') } : {}) };
  const { version, path, source, warning } = found;
  return { ...base, version, path, source, ...(warning === undefined ? {} : { warning }) };
}

async function rsync(env: NodeJS.ProcessEnv): Promise<Prerequisite> {
  const found = await findRsync(env);
  const base = { name: 'rsync', needed: 'required', found: found !== undefined, fix: rsyncFix() } as const;
  if (found === undefined) return base;
  const { version, path, warning } = found;
  return { ...base, version, path, source: 'PATH', ...(warning === undefined ? {} : { warning }) };
}

async function program(
  env: NodeJS.ProcessEnv,
  name: string,
  file: string,
  args: string[],
  source: string,
  fix: string,
): Promise<Prerequisite> {
  const path = await findOnPath(file, env);
  if (path === undefined) return { name, needed: 'optional', found: false, source, fix };
  const said = await runCommand(path, args, { timeLimitMs: 10_000, env });
  const version = versionIn(said.stdout) ?? versionIn(said.stderr);
  return { name, needed: 'optional', found: said.status === 0, path, source, fix, ...(version ? { version } : {}) };
}

/** A failure to look is something to show, not the end of looking. */
const asSentence = (said: string[]) => (error: unknown) => {
  if (!(error instanceof Failure)) throw error;
  said.push(error.message);
  return undefined;
};
