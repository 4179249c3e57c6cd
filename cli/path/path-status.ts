import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readAcknowledged } from '../../broker/prune/acknowledge.js';
import { readHead } from '../../broker/seal/commit.js';
import { sealPlaces } from '../../broker/seal/seal-places.js';
import { type FillLag, fillLag } from '../../research/receive/fill-lag.js';
import { receivePlaces } from '../../research/receive/receive-places.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { streamOfFlatName } from '../../shared/contract/batch-stream.js';
import { type ReceiverStatus, receiverStatus } from '../../shared/contract/receiver-status.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';

/** The way back as it stands: what a broker's folder says, what a receiver's says, whichever of them is here. */
export interface PathStatus {
  readonly broker: {
    readonly outboxFiles: number;
    readonly outboxBytes: number;
    /** Of the oldest file that waits; null where none does. */
    readonly oldestSeconds: number | null;
    readonly streams: readonly {
      readonly stream: string;
      readonly sealedSeq: number;
      readonly acknowledgedSeq: number;
    }[];
  } | null;
  readonly receiver: ReceiverStatus | null;
  /** Of the newest fills that were received; null where there are none. */
  readonly fillLag: FillLag | null;
  /** Since WireGuard's newest handshake; null where there is none, or no WireGuard. */
  readonly handshakeSeconds: number | null;
}

export function pathStatus({ home, upload }: Config, wallMs: number): Omit<PathStatus, 'handshakeSeconds'> {
  const { broker, receiver } = homePlaces(home);
  const orders = receivePlaces(receiver.folder).batches({ stream: 'orders', epoch: upload.epoch });
  return {
    broker: brokerStatus(broker.folder, upload, wallMs),
    receiver: receiverSaid(receiver.folder),
    fillLag: fillLag(orders),
  };
}

function brokerStatus(folder: string, { broker, epoch }: Config['upload'], wallMs: number): PathStatus['broker'] {
  const places = sealPlaces(folder);
  if (!existsSync(places.heads)) return null;
  const waiting = existsSync(places.outbox) ? readdirSync(places.outbox) : [];
  const stats = waiting.flatMap((name) => statSync(path.join(places.outbox, name), { throwIfNoEntry: false }) ?? []);
  const oldestMs = stats.reduce((oldest, { mtimeMs }) => Math.min(oldest, mtimeMs), Number.POSITIVE_INFINITY);
  const suffix = `-e${String(epoch).padStart(4, '0')}.json`;
  const streams = readdirSync(places.heads)
    .sort()
    .flatMap((name) => (name.endsWith(suffix) ? (streamOfFlatName(name.slice(0, -suffix.length)) ?? []) : []));
  return {
    outboxFiles: stats.length,
    outboxBytes: stats.reduce((sum, { size }) => sum + size, 0),
    oldestSeconds: stats.length === 0 ? null : Math.max(0, (wallMs - oldestMs) / 1000),
    streams: streams.map((stream) => ({
      stream,
      sealedSeq: readHead(places, broker, stream, epoch).seq,
      acknowledgedSeq: readAcknowledged(places, broker, { stream, epoch }).head.seq,
    })),
  };
}

function receiverSaid(folder: string): ReceiverStatus | null {
  const { status } = receivePlaces(folder);
  if (!existsSync(status)) return null;
  return receiverStatus.safeParse(jsonOrUndefined(readFileSync(status, 'utf8'))).data ?? null;
}

export function pathStatusText({ broker, receiver, fillLag: lag, handshakeSeconds }: PathStatus): string {
  const lines: string[] = [];
  if (broker === null) lines.push('broker: nothing was sealed here');
  else {
    const { outboxFiles, outboxBytes, oldestSeconds, streams } = broker;
    const oldest = oldestSeconds === null ? '' : `, the oldest for ${oldestSeconds.toFixed(0)} s`;
    lines.push(
      `broker: ${outboxFiles} files wait for an acknowledgement (${(outboxBytes / 1e6).toFixed(2)} MB${oldest})`,
    );
    for (const { stream, sealedSeq, acknowledgedSeq } of streams)
      lines.push(`  ${stream.padEnd(28)} sealed to ${sealedSeq}, acknowledged to ${acknowledgedSeq}`);
  }
  if (receiver === null) lines.push('receiver: none runs here');
  else {
    const { at, batchesTaken, rowsTaken, waiting, setAside, stopped } = receiver;
    lines.push(`receiver: ${batchesTaken} batches, ${rowsTaken} lines since its start; last seen ${at}`);
    if (stopped !== null) lines.push(`  nothing is taken: ${stopped}`);
    for (const { stream, seq, reason, secondsWaited } of waiting)
      lines.push(`  waits: ${stream} ${seq} (${reason}) for ${secondsWaited.toFixed(0)} s`);
    for (const { id, at: since, message } of setAside) lines.push(`  set aside ${since}: ${message}  [${id}]`);
  }
  if (lag !== null)
    lines.push(
      `fills: from the broker to here in ${lag.lagSecondsP50.toFixed(1)} s (median), ${lag.lagSecondsP99.toFixed(1)} s (99 of 100), the newest ${lag.fills}`,
    );
  lines.push(
    `tunnel: ${handshakeSeconds === null ? 'no handshake known' : `last handshake ${handshakeSeconds} s ago`}`,
  );
  return lines.join('\n');
}
