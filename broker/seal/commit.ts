import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { batchEnvelopeName, parseBatchFile } from '../../shared/contract/batch-stream.js';
import { readBatch, type SealedBatch } from '../../shared/contract/sealed-batch.js';
import { headAfter, type StreamHead, startOfStream } from '../../shared/contract/stream-head.js';
import { readStreamHead } from '../../shared/node/contract/stream-head-file.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { renameWithRetry, replaceFile, syncFolder, writeTemporary } from '../../shared/node/disk/replace-file.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import { SealStateLost } from './seal-failure.js';
import type { SealPlaces } from './seal-places.js';

/**
 * The order in which a batch reaches the disk. Whatever dies, and whichever writes a power cut takes back that were not
 * waited for: before step 4 there was no batch, and its number is free; from step 4 on it is this batch, byte for byte.
 *
 * | step | what                                                   | waits for           | if all ends behind it                     |
 * |------|--------------------------------------------------------|---------------------|-------------------------------------------|
 * | 1    | the bridge's lines, read up to their last LF           | the bridge's file   | nothing happened                          |
 * | 2    | data packed into `seal/work/<batch>-01.zst`            | the file            | removed at the next start                 |
 * | 3    | its name in `seal/work/`                               | the folder          | removed at the next start                 |
 * | 4    | envelope written beside, renamed to `<batch>.dsse.json`| file, then folder   | COMMITTED: the next start goes on at 5    |
 * | 5    | data renamed into `outbox/`                            | both folders        | the next start goes on at 6               |
 * | 6    | envelope written in `seal/work/`, renamed to `outbox/` | file, then folders  | the next start goes on at 7               |
 * | 7    | head of the stream replaced in `seal/heads/`           | file, then folder   | the next start only clears away           |
 * | 8    | the committed envelope removed from `seal/work/`       | nothing             | if it comes back, the head knows it       |
 *
 * Nobody can see (and send) data before step 5 or an envelope before step 6: both are then on the disk already.
 */
export function commitBatch(places: SealPlaces, envelope: Buffer): void {
  const { predicate } = readBatch(envelope);
  syncFolder(places.work);
  const committed = path.join(places.work, batchEnvelopeName(predicate));
  renameWithRetry(writeTemporary(committed, envelope), committed);
  syncFolder(places.work);
}

/** Steps 5 to 8. Doing them again gives the same end. @returns the head behind the batch */
export function publishBatch(places: SealPlaces, head: StreamHead, envelope: Buffer): StreamHead {
  const batch = readBatch(envelope);
  const { predicate, payloadSha256 } = batch;
  publishData(places, batch);
  const name = batchEnvelopeName(predicate);
  renameWithRetry(writeTemporary(path.join(places.work, name), envelope), path.join(places.outbox, name));
  syncFolder(places.outbox);
  syncFolder(places.work);
  const next = headAfter(head, predicate, payloadSha256);
  writeHead(places, next);
  rmSync(path.join(places.work, name), { force: true });
  return next;
}

function publishData(places: SealPlaces, { predicate }: SealedBatch): void {
  if (predicate.kind !== 'data') return;
  for (const { packed } of predicate.files) {
    const [made, sent] = [path.join(places.work, packed.name), path.join(places.outbox, packed.name)];
    if (existsSync(made)) renameWithRetry(made, sent);
    else if (!existsSync(sent)) throw new SealStateLost(`${packed.name} was sealed and is gone`, { file: packed.name });
  }
  syncFolder(places.outbox);
  syncFolder(places.work);
}

/** Completes what was committed, clears away what was not. @throws SealStateLost */
export function recoverSealing(places: SealPlaces, broker: string, epoch: number): void {
  for (const folder of [places.work, places.outbox, places.heads]) makeFolder(folder);
  for (const name of readdirSync(places.work).sort()) {
    const place = parseBatchFile(name);
    if (place?.kind !== 'envelope') continue;
    const file = path.join(places.work, name);
    const head = readHead(places, broker, place.stream, place.epoch);
    if (place.seq > head.seq) publishBatch(places, head, readPlainFile(file, ENVELOPE_BYTES_MAX));
  }
  for (const name of readdirSync(places.work)) rmSync(path.join(places.work, name), { force: true });
  requireHeads(places, broker, epoch);
}

/** A head that was lost, or restored from an old backup, would give numbers a second time. */
function requireHeads(places: SealPlaces, broker: string, epoch: number): void {
  for (const name of readdirSync(places.outbox)) {
    const place = parseBatchFile(name);
    if (place?.kind !== 'envelope' || place.epoch !== epoch) continue;
    const { seq } = readHead(places, broker, place.stream, epoch);
    if (place.seq > seq)
      throw new SealStateLost(`${place.stream} was sealed up to ${place.seq}, and its head says ${seq}`, { ...place });
  }
}

/** @throws SealStateLost */
export function readHead(places: SealPlaces, broker: string, stream: string, epoch: number): StreamHead {
  const file = places.head(stream, epoch);
  if (!existsSync(file)) return startOfStream(broker, stream, epoch);
  const head = readStreamHead(file);
  if (head === null) throw new SealStateLost(`${file} is damaged`, { file });
  if (head.broker !== broker)
    throw new SealStateLost(`${file} is of broker ${head.broker}, and this one is called ${broker}`, { file });
  return head;
}

export function writeHead(places: SealPlaces, head: StreamHead): void {
  replaceFile(places.head(head.stream, head.epoch), `${JSON.stringify(head)}\n`);
}
