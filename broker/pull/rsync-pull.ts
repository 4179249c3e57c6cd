import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { namesIn } from '../../shared/node/disk/names-in.js';
import { renameWithRetry } from '../../shared/node/disk/replace-file.js';
import { oneAtATime } from '../../shared/one-at-a-time.js';
import { PullFailed } from '../rsync/rsync-failure.js';
import { rsyncFlavour, rsyncPath } from '../rsync/rsync-path.js';
import { runRsync } from '../rsync/run-rsync.js';

export interface RsyncPull {
  /** The rsync program. */
  readonly program: string;
  /** `rsync://user@host:port/module` */
  readonly url: string;
  /** Holds the password alone; readable by its owner only, or rsync refuses it. */
  readonly passwordFile: string;
  /** File names in the module. */
  readonly files?: readonly string[];
  /** Names of files that need not be there. */
  readonly optionalFiles?: readonly string[];
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
 * full disk leaves nothing under a final name. Whatever else a publisher sends, only plain files of the names asked for
 * are taken, and what has taken such a name before, a folder for instance, makes room. Whether the bytes are the right
 * ones, the signature decides later. Into one folder pulls go one after the other: each clears away what others left there.
 * @returns bytes that arrived
 * @throws PullFailed; the signal's reason when aborted
 */
export async function rsyncPull(pull: RsyncPull): Promise<number> {
  const folder = path.resolve(pull.into);
  const inTurn = turns.get(folder) ?? oneAtATime();
  turns.set(folder, inTurn);
  return await inTurn(() => pullNow(pull));
}

const turns = new Map<string, ReturnType<typeof oneAtATime>>();

async function pullNow(pull: RsyncPull): Promise<number> {
  const asked = namesOf(pull);
  refuseOddNames(asked);
  mkdirSync(pull.into, { recursive: true });
  removeLeftovers(pull.into);
  const staging = mkdtempSync(path.join(pull.into, STAGING_PREFIX));
  try {
    await transfer(pull, staging);
    const arrived = asked.filter((name) => isPlainFile(path.join(staging, name)));
    const missing = pull.files?.find((name) => !arrived.includes(name));
    if (missing !== undefined) throw new PullFailed(PARTIAL, `${missing} did not arrive`);
    const { bytes } = contentOf(staging);
    for (const name of arrived) putInPlace(path.join(staging, name), path.join(pull.into, name));
    return bytes;
  } finally {
    rmSync(staging, { recursive: true, force: true, maxRetries: 5 });
  }
}

const STAGING_PREFIX = '.pull-';
/** rsync's exit code for a transfer that brought some of the files. */
const PARTIAL = 23;
/** Beside each file asked for there may be the temporary one that it grows in. */
const ENTRIES_FOR_A_FILE = 2;

/**
 * Times only: folders, owners, permissions, links and devices of another machine mean nothing here. A file that need not
 * be there is no error to rsync, so what had to arrive is looked for afterwards.
 */
function rsyncArguments(pull: RsyncPull, staging: string): string[] {
  const flavour = rsyncFlavour(pull.program);
  return [
    '--times',
    '--ignore-missing-args',
    '--no-motd',
    `--timeout=${pull.timeoutSeconds}`,
    `--contimeout=${pull.timeoutSeconds}`,
    `--max-size=${pull.bytesMax}`,
    ...(pull.bwlimitKiBps ? [`--bwlimit=${pull.bwlimitKiBps}`] : []),
    `--password-file=${rsyncPath(pull.passwordFile, flavour)}`,
    ...namesOf(pull).map((file) => `${pull.url}/${file}`),
    `${rsyncPath(staging, flavour)}/`,
  ];
}

async function transfer(pull: RsyncPull, staging: string): Promise<void> {
  const { exitCode, said } = await runRsync({
    program: pull.program,
    args: rsyncArguments(pull, staging),
    signal: pull.signal,
    watch: () => {
      const content = contentOf(staging);
      pull.onProgress?.(content.bytes);
      if (isTooMuch(content, pull)) throw new EndlessData(pull.url, pull.bytesMax);
    },
  });
  if (isTooMuch(contentOf(staging), pull)) throw new EndlessData(pull.url, pull.bytesMax);
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
  const odd = files.find((file) => !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(file));
  if (odd !== undefined) throw new Failure('BadFileName', `${JSON.stringify(odd)} is not a file name of a module`);
}

/** What a killed puller left behind. One puller at a time works in a folder. */
function removeLeftovers(into: string): void {
  for (const name of readdirSync(into)) {
    if (name.startsWith(STAGING_PREFIX)) rmSync(path.join(into, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function namesOf({ files = [], optionalFiles = [] }: RsyncPull): string[] {
  return [...files, ...optionalFiles];
}

function isPlainFile(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function putInPlace(file: string, target: string): void {
  if (!isPlainFile(target)) rmSync(target, { recursive: true, force: true, maxRetries: 5 });
  renameWithRetry(file, target);
}

interface Content {
  readonly bytes: number;
  readonly entries: number;
}

function isTooMuch({ bytes, entries }: Content, pull: RsyncPull): boolean {
  return bytes > pull.bytesMax || entries > ENTRIES_FOR_A_FILE * namesOf(pull).length;
}

/** Of a folder with all that is below it. What vanishes meanwhile does not count: rsync renames what it has completed. */
function contentOf(folder: string): Content {
  let bytes = 0;
  let entries = 0;
  for (const name of namesIn(folder)) {
    const found = lstatSync(path.join(folder, name), { throwIfNoEntry: false });
    const below = found?.isDirectory() ? contentOf(path.join(folder, name)) : { bytes: 0, entries: 0 };
    bytes += (found?.size ?? 0) + below.bytes;
    entries += 1 + below.entries;
  }
  return { bytes, entries };
}
