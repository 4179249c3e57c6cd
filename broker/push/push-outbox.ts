import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseBatchFile } from '../../shared/contract/batch-stream.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { moduleAccess, type RsyncReach } from '../rsync/module-access.js';
import { PushFailed } from '../rsync/rsync-failure.js';
import { rsyncFlavour, rsyncPath } from '../rsync/rsync-path.js';
import { runRsync } from '../rsync/run-rsync.js';
import { sealPlaces } from '../seal/seal-places.js';

export interface OutboxPush {
  readonly brokerFolder: string;
  readonly rsync: RsyncReach;
  /** What was sent and is not acknowledged after so long is sent again. */
  readonly resendSeconds: number;
  readonly wallMs: () => number;
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Wall ms at which each file of the outbox was sent. Only a memory: without it everything is sent once more. */
const sentFiles = z.record(z.string(), z.number());

/**
 * Sends the outbox to research: what was not sent yet, or so long ago that it may have been lost. Names sort data before their
 * envelope and batches as they follow each other, and rsync sends in that order. What lies there already is left alone, so
 * after a cut link one file is sent again at most. That rsync ends well proves nothing: receipts do.
 * @throws PushFailed; the signal's reason when aborted
 */
export async function pushOutbox(push: OutboxPush): Promise<{ files: number; bytes: number }> {
  const { outbox, sent: file } = sealPlaces(push.brokerFolder);
  const nowMs = push.wallMs();
  const there = existsSync(outbox) ? readdirSync(outbox).filter((name) => parseBatchFile(name) !== null) : [];
  const sent = readSent(file);
  const names = there.filter((name) => Math.abs(nowMs - (sent[name] ?? -Infinity)) > push.resendSeconds * 1000).sort();
  if (names.length === 0) return { files: 0, bytes: 0 };
  const bytes = names.reduce((sum, name) => sum + (statSync(path.join(outbox, name), STAT)?.size ?? 0), 0);
  await transfer(push, outbox, names);
  const known = Object.fromEntries(there.flatMap((name) => (name in sent ? [[name, sent[name]!]] : [])));
  const now = Object.fromEntries(names.map((name) => [name, nowMs]));
  replaceFile(file, `${JSON.stringify({ ...known, ...now })}\n`);
  return { files: names.length, bytes };
}

const STAT = { throwIfNoEntry: false } as const;

async function transfer(push: OutboxPush, outbox: string, names: readonly string[]): Promise<void> {
  const { program, url, passwordFile, timeoutSeconds, bwlimitKiBps } = moduleAccess(
    push.rsync,
    push.brokerFolder,
    'landing',
  );
  const flavour = rsyncFlavour(program);
  const { exitCode, said } = await runRsync({
    program,
    args: [
      ...['--times', '--ignore-existing', '--no-motd', '--info=progress2', '--no-human-readable'],
      ...[`--timeout=${timeoutSeconds}`, `--contimeout=${timeoutSeconds}`, '--files-from=-'],
      ...(bwlimitKiBps ? [`--bwlimit=${bwlimitKiBps}`] : []),
      `--password-file=${rsyncPath(passwordFile, flavour)}`,
      `${rsyncPath(outbox, flavour)}/`,
      `${url}/`,
    ],
    stdin: names.map((name) => `${name}\n`).join(''),
    signal: push.signal,
    onStdout: (text) => {
      const told = /(\d+)\s+\d+%/.exec(text);
      if (told) push.onProgress?.(Number(told[1]));
    },
  });
  if (exitCode !== 0) throw new PushFailed(exitCode, said);
}

function readSent(file: string): Readonly<Record<string, number>> {
  if (!existsSync(file)) return {};
  return sentFiles.safeParse(jsonOrUndefined(readFileSync(file, 'utf8'))).data ?? {};
}
