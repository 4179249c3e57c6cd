import path from 'node:path';
import { batchEnvelopeName } from '../../shared/contract/batch-stream.js';
import { verifyBatch } from '../../shared/contract/sealed-batch.js';
import { logEntry, logOrigin } from '../../shared/contract/stream-log.js';
import { Failure } from '../../shared/failure.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { isIncluded, leafHash } from '../../shared/trust/tlog/merkle.js';
import { receivePlaces } from '../receive/receive-places.js';
import { TileLog } from '../receive/tile-log.js';
import type { ImportRecord } from '../store/catalogue.js';
import type { MarketStore } from '../store/market-store.js';
import { type DayRecord, DayRecords } from './day-record.js';

/** One link of the chain from a shard to the key that signed what it came from. */
export interface Link {
  readonly what: string;
  readonly holds: boolean;
  /** What was found, in words. */
  readonly found: string;
}

export interface Proof {
  readonly shard: string;
  readonly instrument: string;
  readonly tradeDate: string;
  readonly links: readonly Link[];
  /** All of them hold. */
  readonly proven: boolean;
}

/**
 * Walks from an object of the store back to what the broker signed: object, import, batch, signature, log, receipt. Every link is
 * computed from the bytes that lie there now.
 * @param shard sha256 of the object, or how it begins
 * @throws NoProof where no captured day names it
 */
export async function proveShard(ask: {
  readonly store: MarketStore;
  readonly receiverFolder: string;
  readonly root: TrustedRoot;
  readonly formerRoots: readonly TrustedRoot[];
  readonly shard: string;
}): Promise<Proof> {
  const { store, shard } = ask;
  const { day, record, object } = find(store, shard);
  const links: Link[] = [];
  const now = await store.objects.check(object.sha256);
  attempt(links, 'object', () => {
    if (now?.sha256 !== object.sha256) throw new Error(now === null ? 'it is gone' : `its bytes hash to ${now.sha256}`);
    return { found: `${object.sha256}, ${object.rows} rows` };
  });
  const batch = day.batches.find(({ files }) => files.includes(fileOf(record)));
  attempt(links, 'import', () => {
    if (batch === undefined) throw new Error(`${record.file} is in no batch of ${day.tradeDate}`);
    return { found: `${fileOf(record)}, batch ${batch.seq} of ${day.stream}` };
  });
  if (batch) attemptBatch(links, ask, day, batch.seq, record);
  const { instrument, tradeDate } = object;
  return { shard: object.sha256, instrument, tradeDate, links, proven: links.every(({ holds }) => holds) };
}

/** The links from a batch on: its signature, its file, its place in the log. */
function attemptBatch(
  links: Link[],
  { receiverFolder, root, formerRoots }: Parameters<typeof proveShard>[0],
  day: DayRecord,
  seq: number,
  record: ImportRecord,
): void {
  const stream = { stream: day.stream, epoch: day.epoch };
  const places = receivePlaces(receiverFolder);
  const signed = attempt(links, 'signature', () => {
    const bytes = readPlainFile(
      path.join(places.batches(stream), batchEnvelopeName({ ...stream, seq })),
      ENVELOPE_BYTES_MAX,
    );
    const value = underAny(bytes, [root, ...[...formerRoots].reverse()]);
    return { sealed: value.batch, found: `of the journal key, by root version ${value.version}` };
  });
  if (signed === null) return;
  const { sealed } = signed;
  attempt(links, 'file', () => {
    const files = sealed.predicate.kind === 'data' ? sealed.predicate.files : [];
    const file = files.find(({ name }) => name === fileOf(record));
    if (file?.packed.sha256 !== record.source.sha256) throw new Error('the batch signs other bytes than were imported');
    return { found: `${file.packed.sha256}, ${file.rows} lines, sealed ${sealed.predicate.sealed}` };
  });
  attempt(links, 'log', () => {
    const former = formerRoots.map(({ roles }) => roles.receipt);
    const log = new TileLog(places.log(stream), logOrigin(day.broker, stream), root.roles.receipt, former);
    const proof = log.proveInclusion(seq - 1);
    const leaf = leafHash(logEntry(sealed.payloadSha256));
    if (!isIncluded(leaf, seq - 1, log.size, log.root, proof))
      throw new Error('the log does not hold it at its number');
    return {
      found: `entry ${seq - 1} of ${log.size}, ${proof.length} hashes to the root ${Buffer.from(log.root).toString('base64')}`,
    };
  });
}

/** Adds what was found, or why the link is broken. @returns what the work gave; null where it threw */
function attempt<T extends { readonly found: string }>(links: Link[], what: string, work: () => T): T | null {
  try {
    const result = work();
    links.push({ what, holds: true, found: result.found });
    return result;
  } catch (error) {
    links.push({ what, holds: false, found: (error as Error).message });
    return null;
  }
}

/** Keys that were rotated since signed it under the root of their time. */
function underAny(bytes: Buffer, roots: readonly TrustedRoot[]) {
  let refused: unknown;
  for (const root of roots) {
    try {
      return { batch: verifyBatch(bytes, root), version: root.metadata.version };
    } catch (error) {
      refused ??= error;
    }
  }
  throw refused;
}

function find(store: MarketStore, shard: string) {
  for (const day of new DayRecords(store.root).all())
    for (const key of day.imports) {
      const record = store.catalogue.find(key);
      const object = record?.shards.find(({ sha256 }) => sha256.startsWith(shard));
      if (record && object) return { day, record, object };
    }
  throw new Failure(
    'NoProof',
    `no captured day has a shard ${shard}`,
    'see the shards of captured days: believe store ls --json; what was imported from files has no such chain',
    { shard },
  );
}

/** As the broker called it: it was imported packed. */
function fileOf({ file }: ImportRecord): string {
  return file.replace(/\.zst$/, '');
}
