import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BatchFile, BatchPredicate } from '../../shared/contract/batch.js';
import { batchEnvelopeName, batchFileName } from '../../shared/contract/batch-stream.js';
import { sealBatch } from '../../shared/contract/sealed-batch.js';
import { type StreamHead, unclosedAndForgotten } from '../../shared/contract/stream-head.js';
import { Failure } from '../../shared/failure.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';
import { requireSettledEpoch } from '../../shared/node/trust/restored-note.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { commitBatch, publishBatch, readHead, recoverSealing } from './commit.js';
import { type NewBytes, nextBytes, streamsWithFiles } from './next-source.js';
import { packRange } from './pack-range.js';
import { SealSourceChanged } from './seal-failure.js';
import { type SealPlaces, sealPlaces } from './seal-places.js';
import { sampleStatus } from './status-samples.js';

export interface SealerOptions {
  /** `broker/` of the home folder. */
  readonly brokerFolder: string;
  readonly broker: string;
  readonly epoch: number;
  /** Journal keys, as many as the root of trust asks for. */
  readonly keys: readonly SigningKey[];
  /** A stream in which nothing happened for so long gets a sign of life. */
  readonly heartbeatSeconds: number;
  /** Trade date now, by market time. */
  readonly tradeDateNow: () => string;
  readonly wallMs: () => number;
}

export interface Sealed {
  readonly stream: string;
  readonly seq: number;
  readonly kind: BatchPredicate['kind'];
  readonly envelope: string;
  readonly rows: number;
  readonly plainBytes: number;
  readonly packedBytes: number;
}

/** Batches that were made, and streams that could not go on. */
export interface SealReport {
  readonly sealed: readonly Sealed[];
  readonly failed: readonly { readonly stream: string; readonly failure: Failure }[];
}

/** Seals what the bridge has written, without a word to the bridge. One at a time for a home. */
export class Sealer {
  /** A batch was begun, and the disk refused before it was done. */
  private isUnsettled = false;

  private constructor(
    private readonly places: SealPlaces,
    private readonly options: SealerOptions,
    private readonly unlock: () => void,
  ) {}

  /** Completes what another sealer had begun. @throws SealBusy, SealStateLost, RestoredNotSettled */
  static async open(options: SealerOptions): Promise<Sealer> {
    requireSettledEpoch(options.brokerFolder, options.epoch);
    const places = sealPlaces(options.brokerFolder);
    mkdirSync(path.dirname(places.lock), { recursive: true });
    const lock = await lockFile(places.lock);
    if (lock === null) throw sealBusy(places.lock);
    try {
      recoverSealing(places, options.broker, options.epoch);
      return new Sealer(places, options, () => lock.release());
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  close(): void {
    this.unlock();
  }

  /** Where a stream has come to, once what was begun is completed. @throws SealStateLost; the system error */
  head(stream: string): StreamHead {
    if (this.isUnsettled) recoverSealing(this.places, this.options.broker, this.options.epoch);
    this.isUnsettled = false;
    return readHead(this.places, this.options.broker, stream, this.options.epoch);
  }

  /** Everything that is there and not sealed yet, of the streams meant. One that cannot go on does not stop the others. */
  async sealAll(signal?: AbortSignal, isMeant: (stream: string) => boolean = () => true): Promise<SealReport> {
    sampleStatus(this.places, this.options.tradeDateNow());
    const sealed: Sealed[] = [];
    const failed: { stream: string; failure: Failure }[] = [];
    for (const stream of streamsWithFiles(this.places).filter(isMeant)) {
      try {
        for await (const batch of this.sealStream(stream, signal)) sealed.push(batch);
        const sign = this.heartbeat(stream);
        if (sign) sealed.push(sign);
      } catch (error) {
        if (!(error instanceof SealSourceChanged)) throw error;
        failed.push({ stream, failure: error });
      }
    }
    return { sealed, failed };
  }

  /** Batch by batch, until everything of the stream is sealed. @throws SealSourceChanged */
  async *sealStream(stream: string, signal?: AbortSignal): AsyncGenerator<Sealed> {
    for (;;) {
      signal?.throwIfAborted();
      const head = this.head(stream);
      const bytes = await nextBytes(this.places, head);
      if (bytes === null) return;
      const forgotten = unclosedAndForgotten(head, this.tradeDateOf(head, bytes));
      // After weeks without a server all dates are sealed at once: each still gets its close.
      if (forgotten !== null) yield this.closeDay(stream, forgotten)!;
      else yield await this.sealBytes(head, bytes);
    }
  }

  /**
   * Says what the stream has of a trade date, so that a part that is missing shows. Null where it has nothing, or said so already
   * and has nothing more since.
   */
  closeDay(stream: string, tradeDate: string): Sealed | null {
    const head = this.head(stream);
    const day = head.days.find((one) => one.tradeDate === tradeDate);
    if (day === undefined || day.isClosed) return null;
    return this.seal(head, { kind: 'close', ...this.chained(head), tradeDate, totals: day.totals });
  }

  /** The same of all trade dates up to one that have something to say. */
  closeDays(stream: string, upTo: string): Sealed[] {
    const unclosed = this.head(stream).days.filter(({ tradeDate, isClosed }) => !isClosed && tradeDate <= upTo);
    return unclosed.flatMap(({ tradeDate }) => this.closeDay(stream, tradeDate) ?? []);
  }

  /** Streams of which anything was ever sealed, and how far. */
  sealedStreams(isMeant: (stream: string) => boolean): { stream: string; epoch: number; seq: number }[] {
    return streamsWithFiles(this.places)
      .filter(isMeant)
      .map((stream) => this.head(stream))
      .filter(({ seq }) => seq > 0)
      .map(({ stream, epoch, seq }) => ({ stream, epoch, seq }));
  }

  /** A sign of life where nothing was sealed for long enough, whichever way the clock went. */
  heartbeat(stream: string): Sealed | null {
    const head = this.head(stream);
    if (head.sealed === null) return null;
    const sinceMs = Math.abs(this.options.wallMs() - Date.parse(head.sealed));
    if (sinceMs < this.options.heartbeatSeconds * 1000) return null;
    return this.seal(head, { kind: 'heartbeat', ...this.chained(head) });
  }

  private async sealBytes(head: StreamHead, bytes: NewBytes): Promise<Sealed> {
    const { file, name, from, to } = bytes;
    const place = { ...head, seq: head.seq + 1 };
    const packedName = batchFileName(place, 1);
    const { plain, packed } = await packRange({ file, from, to, target: path.join(this.places.work, packedName) });
    if (!plain.isWhole) throw new SealSourceChanged(file, 'ends within a line');
    const { rows, first, last, size, sha256 } = plain;
    const sealedFile: BatchFile = {
      ...{ name, from, to, rows, first, last },
      plain: { size, sha256 },
      packed: { name: packedName, ...packed },
    };
    const date = this.tradeDateOf(head, bytes);
    return this.seal(head, { kind: 'data', ...this.chained(head), tradeDate: date, files: [sealedFile] });
  }

  private tradeDateOf(head: StreamHead, { tradeDate }: NewBytes): string {
    return tradeDate ?? this.dateOf(head);
  }

  /** Trade dates of a stream never go back, whatever the clock does. */
  private dateOf({ days }: StreamHead): string {
    const now = this.options.tradeDateNow();
    const newest = days.at(-1)?.tradeDate ?? now;
    return newest > now ? newest : now;
  }

  private chained({ broker, stream, epoch, seq, payloadSha256 }: StreamHead) {
    const sealed = new Date(this.options.wallMs()).toISOString();
    return { broker, stream, epoch, seq: seq + 1, prev: payloadSha256, sealed };
  }

  private seal(head: StreamHead, predicate: BatchPredicate): Sealed {
    const envelope = sealBatch(predicate, this.options.keys);
    this.isUnsettled = true;
    commitBatch(this.places, envelope);
    publishBatch(this.places, head, envelope);
    this.isUnsettled = false;
    const files = predicate.kind === 'data' ? predicate.files : [];
    const sum = (of: (file: BatchFile) => number) => files.reduce((total, file) => total + of(file), 0);
    return {
      ...{ stream: predicate.stream, seq: predicate.seq, kind: predicate.kind },
      envelope: batchEnvelopeName(predicate),
      rows: sum(({ rows }) => rows),
      plainBytes: sum(({ plain }) => plain.size),
      packedBytes: sum(({ packed }) => packed.size),
    };
  }
}

function sealBusy(file: string): Failure {
  return new Failure('SealBusy', `another process seals for this broker (${file})`, 'wait until it is done', { file });
}
