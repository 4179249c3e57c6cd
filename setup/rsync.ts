import { Failure } from '../shared/failure.js';
import { findOnPath } from './find-on-path.js';
import { type Progress, silent } from './progress.js';
import { lastLine, runCommand } from './run-command.js';
import { isAtLeast, versionIn } from './version.js';

/** The versions before it have 33 published vulnerabilities, most of them open to the other end of the connection. */
export const RSYNC_MINIMUM = '3.5.0';

export interface Rsync {
  /** Absolute path of the program. */
  path: string;
  version: string;
  /** False: for loopback only. */
  meetsMinimum: boolean;
  warning?: string;
}

/**
 * The rsync that releases and batches travel by. Where it is missing and apt-get can be used without asking (root, as
 * in a build container), it is installed.
 * @throws Failure `RsyncMissing`, or `RsyncTooOld` where it is to talk to another machine
 */
export async function obtainRsync(options: {
  /** How far its connections go. */
  reach: 'loopback' | 'network';
  env?: NodeJS.ProcessEnv;
  progress?: Progress;
}): Promise<Rsync> {
  const { env = process.env, progress = silent } = options;
  const rsync = (await findRsync(env)) ?? (await installRsync(env, progress));
  if (rsync === undefined) throw new Failure('RsyncMissing', 'rsync is not on PATH', rsyncFix());
  if (!rsync.meetsMinimum && options.reach === 'network') {
    throw new Failure('RsyncTooOld', `rsync ${rsync.version} must not talk to another machine`, rsyncFix());
  }
  return rsync;
}

/** The rsync on PATH, or undefined. */
export async function findRsync(env: NodeJS.ProcessEnv = process.env): Promise<Rsync | undefined> {
  const file = await findOnPath('rsync', env);
  if (file === undefined) return undefined;
  const said = await runCommand(file, ['--version'], { timeLimitMs: 10_000 });
  // A development build prints "version v3.5.0pre1"; openrsync, which macOS ships, speaks an old protocol.
  const version = /^rsync\s+version/m.test(said.stdout) ? versionIn(said.stdout) : undefined;
  if (version === undefined) return undefined;
  const meetsMinimum = isAtLeast(version, RSYNC_MINIMUM);
  if (meetsMinimum) return { path: file, version, meetsMinimum };
  return { path: file, version, meetsMinimum, warning: `older than ${RSYNC_MINIMUM}: used on loopback only` };
}

async function installRsync(env: NodeJS.ProcessEnv, progress: Progress): Promise<Rsync | undefined> {
  const aptGet = process.getuid?.() === 0 ? await findOnPath('apt-get', env) : undefined;
  if (aptGet === undefined) return undefined;
  progress('installing rsync with apt-get (once) ...');
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand(aptGet, ['update', '-q'], { timeLimitMs: 300_000, env: quiet });
  const installed = await runCommand(aptGet, ['install', '-q', '-y', 'rsync'], { timeLimitMs: 300_000, env: quiet });
  if (installed.status !== 0) progress(`  apt-get could not: ${lastLine(installed)}`);
  return findRsync(env);
}

/** How to get a recent rsync on this platform. */
export function rsyncFix(platform: NodeJS.Platform = process.platform): string {
  const wanted = `rsync ${RSYNC_MINIMUM} or newer`;
  if (platform === 'win32')
    return `install ${wanted}: MSYS2 (pacman -S rsync) or cwRsync, and put its bin folder on PATH`;
  if (platform === 'darwin') return `install ${wanted}: brew install rsync`;
  return `install ${wanted}: apt-get install rsync (Debian backports where the release is older) or your package manager`;
}
