import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './cache-folder.mjs';
import { findOnPath, programFile } from './find-on-path.js';
import { type Progress, silent } from './progress.js';
import { lastLine } from './run-command.js';
import { runGo } from './run-go.js';

/** An S3 server that keeps a bucket as a folder of files, with real conditional writes; Apache-2.0. Tests and benches alone use it. */
const MODULE = 'github.com/versity/versitygw';
const VERSION = 'v1.8.0';
const TIME_LIMIT_MS = 20 * 60_000;
/** The server's program, built once into the cache folder. @returns why there is none, where there is no Go or it does not build */
export async function obtainS3Server(
  options: { env?: NodeJS.ProcessEnv; progress?: Progress } = {},
): Promise<{ readonly program: string } | { readonly why: string }> {
  const { env = process.env, progress = silent } = options;
  const folder = path.join(cacheFolder(env), `versitygw-${VERSION}`);
  const program = path.join(folder, programFile('versitygw'));
  if (existsSync(program)) return { program };
  const go = await findOnPath('go', env);
  if (go === undefined) return { why: 'there is no Go to build an S3 server with' };
  await mkdir(cacheFolder(env), { recursive: true });
  const work = await mkdtemp(path.join(cacheFolder(env), 'versitygw.obtaining-'));
  try {
    progress(`building versitygw ${VERSION}, an S3 server, with go install (once, 2 to 3 minutes) ...`);
    const args = ['install', '-v', '-ldflags=-s -w', `${MODULE}/cmd/versitygw@${VERSION}`];
    const built = await runGo(go, args, { env: { ...env, GOBIN: work }, timeLimitMs: TIME_LIMIT_MS, progress });
    if (built.status !== 0) return { why: `go install ${MODULE} failed: ${lastLine(built)}` };
    await mkdir(folder, { recursive: true });
    await rename(path.join(work, programFile('versitygw')), program);
    return { program };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
