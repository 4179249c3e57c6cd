import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../shared/failure.js';
import { cacheFolder } from './cache-folder.mjs';
import { findOnPath } from './find-on-path.js';
import { type Progress, silent } from './progress.js';
import { lastLine, runCommand } from './run-command.js';
import { runGo } from './run-go.js';

/** The Go module of the Temporal server with the product's roles. */
export const TEMPORAL_SERVER_SOURCES = fileURLToPath(new URL('../../deploy/temporal-server', import.meta.url));
const PROGRAM = 'believe-temporal';
const TIME_LIMIT_MS = 40 * 60_000;

/** The program, where it was built from these sources by this Go; else undefined. Builds nothing. */
export async function findTemporalServer(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const go = await findOnPath('go', env);
  if (go === undefined) return undefined;
  const program = placeOf(await keyOf(go), env);
  return existsSync(program) ? program : undefined;
}

/**
 * Builds the server, once for these sources and this Go: some six minutes of one core, one or two where `temporal` was built here.
 * Every module is the one whose sum stands in go.sum.
 * @throws Failure 'TemporalServerNotBuilt'
 */
export async function obtainTemporalServer(
  options: { env?: NodeJS.ProcessEnv; progress?: Progress } = {},
): Promise<string> {
  const { env = process.env, progress = silent } = options;
  const go = await findOnPath('go', env);
  if (go === undefined) throw notBuilt('there is no Go to build it with');
  const program = placeOf(await keyOf(go), env);
  if (existsSync(program)) return program;
  await mkdir(path.dirname(path.dirname(program)), { recursive: true });
  const work = await mkdtemp(`${path.dirname(program)}.building-`);
  try {
    await build(go, path.join(work, PROGRAM), env, progress);
    await rename(work, path.dirname(program)).catch((error: unknown) => {
      // Somebody else has just built the same.
      if (!existsSync(program)) throw error;
    });
    return program;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function build(go: string, target: string, env: NodeJS.ProcessEnv, progress: Progress): Promise<void> {
  progress('building the Temporal server (once, 3 to 10 minutes) ...');
  const flags = ['-v', '-mod=readonly', '-buildvcs=false', '-ldflags=-s -w'];
  const nicely = ['-n', '10', go, '-C', TEMPORAL_SERVER_SOURCES, 'build', ...flags, '-o', target, '.'];
  const built = await runGo('nice', nicely, { env, timeLimitMs: TIME_LIMIT_MS, progress });
  if (built.status !== 0) throw notBuilt(`go build failed: ${lastLine(built)}`);
}

function notBuilt(what: string): Failure {
  return new Failure('TemporalServerNotBuilt', `the Temporal server could not be built: ${what}`);
}

function placeOf(key: string, env: NodeJS.ProcessEnv): string {
  return path.join(cacheFolder(env), `temporal-server-${key}`, PROGRAM);
}

/** Of the sources and of the Go that compiles them. */
async function keyOf(go: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update((await runCommand(go, ['version'], { timeLimitMs: 30_000 })).stdout);
  for (const name of readdirSync(TEMPORAL_SERVER_SOURCES, { recursive: true, encoding: 'utf8' }).sort()) {
    const isSource = /(\.go|^go\.(mod|sum))$/.test(name) && !name.endsWith('_test.go');
    if (isSource) hash.update(`${name}\n`).update(readFileSync(path.join(TEMPORAL_SERVER_SOURCES, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
