import { lstatSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { BatchFile } from '../../shared/contract/batch.js';
import { BatchRefused } from '../../shared/contract/batch-refusal.js';
import { type BatchPlace, batchEnvelopeName } from '../../shared/contract/batch-stream.js';
import { readBatch, type SealedBatch } from '../../shared/contract/sealed-batch.js';
import {
  headAfter,
  type StreamHead,
  startOfStream,
  streamHead,
  whyNotNext,
} from '../../shared/contract/stream-head.js';
import { logEntry, logOrigin } from '../../shared/contract/stream-log.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readJson } from '../../shared/node/files/read-json.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { sameBytes } from '../../shared/trust/tlog/merkle.js';
import { lineCheckOf, requireDepth } from './check-lines.js';
import { copyIn, requireSigned } from './keep-file.js';
import type { ReceivePlaces } from './receive-places.js';
import { LogDamaged, TileLog } from './tile-log.js';

export interface StreamOptions {
  /** The one whose batches are taken. */
  readonly broker: string;
  readonly root: TrustedRoot;
  /** Roots before it: their receipt keys signed what this receiver's own logs say. */
  readonly formerRoots?: readonly TrustedRoot[];
  /** Receipt keys, as many as the root asks for. */
  readonly keys: readonly SigningKey[];
}

/** An envelope whose signature, form and name hold. */
export interface VerifiedEnvelope {
  readonly bytes: Buffer;
  readonly batch: SealedBatch;
}

/** One stream: its log, its head, and the next batch of it. */
export class StreamReceiver {
  head: StreamHead;
  private log: TileLog;

  constructor(
    private readonly places: ReceivePlaces,
    private readonly options: StreamOptions,
    private readonly place: Pick<BatchPlace, 'stream' | 'epoch'>,
  ) {
    const origin = logOrigin(options.broker, place);
    const { root, formerRoots = [] } = options;
    const former = formerRoots.map(({ roles }) => roles.receipt);
    this.log = new TileLog(places.log(place), origin, root.roles.receipt, former);
    if (this.log.isByFormerKeys) this.log = this.log.signedAnew(options.keys, root.roles.receipt);
    this.head = this.settledHead();
  }

  /** @throws BatchRefused */
  async take({ bytes, batch }: VerifiedEnvelope, released: ReadonlySet<string>): Promise<'taken' | 'again'> {
    const { predicate, payloadSha256 } = batch;
    if (predicate.broker === this.head.broker && predicate.seq <= this.head.seq) {
      if (!sameBytes(this.log.entry(predicate.seq - 1), logEntry(payloadSha256)))
        throw new BatchRefused('fork', { seq: predicate.seq, payloadSha256 });
      this.acknowledge();
      return 'again';
    }
    const why = whyNotNext(this.head, predicate);
    if (why !== null) throw new BatchRefused(why.reason, why.details);
    const files = predicate.kind === 'data' ? predicate.files : [];
    for (const file of files) await this.keep(file, released.has(payloadSha256));
    this.store(files, bytes, batchEnvelopeName(predicate));
    this.log = this.log.append(logEntry(payloadSha256), this.options.keys, this.options.root.roles.receipt);
    this.head = headAfter(this.head, predicate, payloadSha256);
    this.writeHead();
    this.acknowledge();
    return 'taken';
  }

  /** Into a file of ours, and verified there. */
  private async keep(file: BatchFile, isReleased: boolean): Promise<void> {
    const landing = path.join(this.places.landing, file.packed.name);
    if (lstatSync(landing, { throwIfNoEntry: false }) === undefined)
      throw new BatchRefused('incomplete', { file: file.packed.name });
    const kept = path.join(this.places.work, file.packed.name);
    const { stream } = this.place;
    try {
      await copyIn(landing, kept, file.packed);
      await requireSigned(kept, file, isReleased ? lineCheckOf('', file) : lineCheckOf(stream, file));
      if (!isReleased) await requireDepth(kept, stream, file);
    } catch (error) {
      rmSync(kept, { force: true });
      throw error;
    }
  }

  private store(files: readonly BatchFile[], envelope: Buffer, name: string): void {
    const folder = this.places.batches(this.place);
    makeFolder(folder);
    for (const { packed } of files)
      renameSync(path.join(this.places.work, packed.name), path.join(folder, packed.name));
    replaceFile(path.join(folder, name), envelope);
  }

  /** The head, brought up to the log: a kill between the two is made good by the envelopes that are kept. */
  private settledHead(): StreamHead {
    let head = this.readHead();
    const before = head.seq;
    while (head.seq < this.log.size) {
      const name = batchEnvelopeName({ ...this.place, seq: head.seq + 1 });
      const { predicate, payloadSha256 } = readBatch(
        readPlainFile(path.join(this.places.batches(this.place), name), ENVELOPE_BYTES_MAX),
      );
      this.requireLogged(head.seq, payloadSha256);
      head = headAfter(head, predicate, payloadSha256);
    }
    if (head.seq > this.log.size)
      throw new LogDamaged(this.places.log(this.place), `it has ${this.log.size} of ${head.seq} batches`);
    if (head.seq > 0) this.requireLogged(head.seq - 1, head.payloadSha256!);
    this.head = head;
    if (head.seq > before) this.writeHead();
    return head;
  }

  private requireLogged(index: number, payloadSha256: string): void {
    if (sameBytes(this.log.entry(index), logEntry(payloadSha256))) return;
    throw new LogDamaged(this.places.log(this.place), `batch ${index + 1} that is kept is not the one that it names`);
  }

  private readHead(): StreamHead {
    const file = this.places.head(this.place);
    const { broker } = this.options;
    const head = readJson(file, streamHead, ENVELOPE_BYTES_MAX);
    // Where it is damaged, the log and the envelopes say the same, from the first batch on.
    return head ?? startOfStream(broker, this.place.stream, this.place.epoch);
  }

  private writeHead(): void {
    replaceFile(this.places.head(this.place), `${JSON.stringify(this.head)}\n`);
  }

  /** The signed checkpoint of the log, where brokers fetch it. */
  private acknowledge(): void {
    const note = this.log.note();
    if (note !== null) replaceFile(this.places.receipt(this.place), note);
  }
}
