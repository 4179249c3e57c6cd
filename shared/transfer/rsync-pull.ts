import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { renameWithRetry } from '../disk/replace-file.js';
import { Failure } from '../failure.js';
import { PullFailed } from './rsync-failure.js';
import { rsyncFlavour, rsyncPath } from './rsync-path.js';

export interface RsyncPull {
  /** The rsync program. */
  readonly program: string;
  /** `rsync://user@host:port/module` */
  readonly url: string;
  /** Holds the password alone; readable by its owner only, or rsync refuses it. */
  readonly passwordFile: string;
  /** File names in the module; `*` stands for any characters. */
  readonly files: readonly string[];
  readonly into: string;
  /** No byte for so long ends the transfer. */
  readonly timeoutSeconds: number;
  readonly bwlimitKiBps?: number | null;
  /** The transfer is ended when more than this arrives, whatever the publisher says the sizes are. */
  readonly bytesMax: number;
  /** Called about once a second with what has arrived. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Pulls files into a folder of its own and then renames each to its final name, so that a cut link, a killed client or a
 * full disk leaves nothing under a final name. Whether the bytes are the right ones, the signature decides later.
 * @returns bytes that arrived
 * @throws PullFailed; the signal's reason when aborted
 */
export async function rsyncPull(pull: RsyncPull): Promise<number> {
  refuseOddNames(pull.files);
  mkdirSync(pull.into, { recursive: true });
  removeLeftovers(pull.into);
  const staging = mkdtempSync(path.join(pull.into, STAGING_PREFIX));
  try {
    await transfer(pull, staging);
    const names = readdirSync(staging).filter((name) => !name.startsWith('.'));
    const bytes = folderBytes(staging);
    for (const name of names) renameWithRetry(path.join(staging, name), path.join(pull.into, name));
    return bytes;
  } finally {
    rmSync(staging, { recursive: true, force: true, maxRetries: 5 });
  }
}

const STAGING_PREFIX = '.pull-';
const POLL_EVERY_MS = 500;
const KILL_AFTER_MS = 5_000;
const SAID_CHARACTERS_MAX = 4_000;

/** `-rt`, not `-a`: owners, permissions, links and devices of another machine mean nothing here. */
function rsyncArguments(pull: RsyncPull, staging: string): string[] {
  const flavour = rsyncFlavour(pull.program);
  return [
    '-rt',
    '--no-motd',
    `--timeout=${pull.timeoutSeconds}`,
    `--contimeout=${pull.timeoutSeconds}`,
    `--max-size=${pull.bytesMax}`,
    ...(pull.bwlimitKiBps ? [`--bwlimit=${pull.bwlimitKiBps}`] : []),
    `--password-file=${rsyncPath(pull.passwordFile, flavour)}`,
    ...pull.files.map((file) => `${pull.url}/${file}`),
    `${rsyncPath(staging, flavour)}/`,
  ];
}

async function transfer(pull: RsyncPull, staging: string): Promise<void> {
  pull.signal?.throwIfAborted();
  // MSYS2 would translate the arguments that look like POSIX paths once more.
  const env = { ...process.env, MSYS2_ARG_CONV_EXCL: '*' };
  const child = spawn(pull.program, rsyncArguments(pull, staging), {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, SAID_CHARACTERS_MAX);
  });
  let ended: unknown;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: unknown) => {
    ended ??= why;
    child.kill('SIGTERM');
    killTimer ??= setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  };
  const onAbort = () => end(pull.signal?.reason);
  pull.signal?.addEventListener('abort', onAbort, { once: true });
  const poll = setInterval(() => {
    const bytes = folderBytes(staging);
    pull.onProgress?.(bytes);
    if (bytes > pull.bytesMax) end(new EndlessData(pull.url, pull.bytesMax));
  }, POLL_EVERY_MS);
  const exitCode = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said = error.message;
      resolve(null);
    });
    child.once('close', (code) => resolve(code));
  });
  clearInterval(poll);
  clearTimeout(killTimer);
  pull.signal?.removeEventListener('abort', onAbort);
  if (ended !== undefined) throw ended;
  if (folderBytes(staging) > pull.bytesMax) throw new EndlessData(pull.url, pull.bytesMax);
  if (exitCode !== 0) throw new PullFailed(exitCode, said);
}

export class EndlessData extends Failure {
  constructor(url: string, bytesMax: number) {
    super('EndlessData', `${url} sends more than ${bytesMax} bytes`, 'find out who controls the publisher', {
      bytesMax,
    });
  }
}

function refuseOddNames(files: readonly string[]): void {
  const odd = files.find((file) => !/^[A-Za-z0-9_*][A-Za-z0-9._*-]*$/.test(file));
  if (odd !== undefined) throw new Failure('BadFileName', `${JSON.stringify(odd)} is not a file name of a module`);
}

/** What a killed puller left behind. One puller at a time works in a folder. */
function removeLeftovers(into: string): void {
  for (const name of readdirSync(into)) {
    if (name.startsWith(STAGING_PREFIX)) rmSync(path.join(into, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A file may vanish meanwhile: rsync renames its temporary file when it is complete. */
function folderBytes(folder: string): number {
  return readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
