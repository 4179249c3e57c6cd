import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { BatchFile } from '../../shared/contract/batch.js';
import { type BatchRefusalReason, BatchRefused } from '../../shared/contract/batch-refusal.js';
import { type BatchPlace, batchEnvelopeName, streamFolder } from '../../shared/contract/batch-stream.js';
import { readBatch, type SealedBatch, verifyBatch } from '../../shared/contract/sealed-batch.js';
import {
  headAfter,
  type StreamHead,
  startOfStream,
  streamHead,
  whyNotNext,
} from '../../shared/contract/stream-head.js';
import { logEntry, logOrigin } from '../../shared/contract/stream-log.js';
import { Failure } from '../../shared/failure.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { replaceFile, syncFolder } from '../../shared/node/disk/replace-file.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { lineCheckOf, requireDepth } from './check-lines.js';
import { copyIn, requireSigned } from './keep-file.js';
import { isInTransfer, type Landed, landed } from './landing.js';
import { Quarantine, type SetAside } from './quarantine.js';
import { type ReceivePlaces, receivePlaces } from './receive-places.js';
import { LogDamaged, TileLog } from './tile-log.js';

export interface ReceiverOptions {
  /** `receiver/` of the home folder. */
  readonly folder: string;
  /** The one whose batches are taken, and the epoch of its streams. */
  readonly broker: string;
  readonly epoch: number;
  readonly root: TrustedRoot;
  /** Roots before it: their receipt keys signed what this receiver's own logs say. */
  readonly formerRoots?: readonly TrustedRoot[];
  /** Receipt keys, as many as the root asks for. */
  readonly keys: readonly SigningKey[];
  /** How long a batch may wait for those before it, or for its files, before that is told. */
  readonly patienceSeconds: number;
  readonly wallMs: () => number;
}

/** A batch that is not taken yet, because something before it or of it is missing. */
export interface Waiting extends BatchPlace {
  readonly reason: Extract<BatchRefusalReason, 'gap' | 'incomplete'>;
  readonly secondsWaited: number;
  /** Longer than patience allows: somebody has to look. */
  readonly isOverdue: boolean;
}

export interface Taken extends BatchPlace {
  readonly kind: SealedBatch['predicate']['kind'];
  readonly payloadSha256: string;
  readonly rows: number;
  /** Files of the batch, as they are kept: packed. */
  readonly files: readonly string[];
}

export interface ReceiveReport {
  readonly taken: readonly Taken[];
  readonly waiting: readonly Waiting[];
  readonly setAside: readonly SetAside[];
  /** Batches that had been taken before: acknowledged once more. */
  readonly again: readonly BatchPlace[];
}

type EnvelopeFile = Landed & { readonly batch: NonNullable<Landed['batch']> };

/** Faults of a file that is not the one that was signed: a good one can still come. */
const OF_A_COPY: ReadonlySet<BatchRefusalReason> = new Set(['truncated', 'oversize', 'packed-hash', 'not-plain']);

/**
 * Takes verified batches out of the landing folder, in order, each exactly once. For every batch:
 *
 * | step | what                                               | if all ends behind it                                    |
 * |------|----------------------------------------------------|----------------------------------------------------------|
 * | 1    | data copied into `work/`, on disk, verified there  | done again                                               |
 * | 2    | data, then envelope, into `batches/`               | done again: the same names, the same bytes               |
 * | 3    | payload hash appended to the log: TAKEN            | the head is made again from log and envelope             |
 * | 4    | head, receipt                                      | what is still in the landing folder is known: removed    |
 * | 5    | data, then envelope, removed from `landing/`       |                                                          |
 */
export class Receiver {
  private readonly quarantine: Quarantine;

  private constructor(
    private readonly places: ReceivePlaces,
    private readonly options: ReceiverOptions,
    private readonly unlock: () => void,
  ) {
    this.quarantine = new Quarantine(places);
  }

  /** @throws ReceiverBusy */
  static async open(options: ReceiverOptions): Promise<Receiver> {
    const places = receivePlaces(options.folder);
    for (const folder of [places.landing, places.work, places.receipts, places.heads]) makeFolder(folder);
    const lock = await lockFile(places.lock);
    if (lock === null)
      throw new Failure('ReceiverBusy', `another process receives in ${options.folder}`, 'wait until it is done');
    try {
      for (const name of readdirSync(places.work)) rmSync(path.join(places.work, name), { force: true });
      return new Receiver(places, options, () => lock.release());
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  close(): void {
    this.unlock();
  }

  /** One pass over everything that has landed. @throws LogDamaged; the system error */
  async receive(signal?: AbortSignal): Promise<ReceiveReport> {
    const report = {
      taken: [] as Taken[],
      waiting: [] as Waiting[],
      setAside: [] as SetAside[],
      again: [] as BatchPlace[],
    };
    const files = this.knownFiles(report.setAside);
    const released = this.quarantine.released();
    const byStream = Map.groupBy(files, ({ batch }) => streamFolder(batch));
    for (const ofStream of byStream.values()) {
      signal?.throwIfAborted();
      const stream = new StreamReceiver(this.places, this.options, ofStream[0]!.batch);
      for (const envelope of ofStream.filter(({ batch }) => batch.kind === 'envelope')) {
        signal?.throwIfAborted();
        await this.receiveOne(stream, envelope, ofStream, released, report);
      }
      this.tellOrphans(stream, ofStream, report);
    }
    return report;
  }

  /** Files with names of ours, of streams of ours; all others are set aside. */
  private knownFiles(setAside: SetAside[]): EnvelopeFile[] {
    const { wallMs, patienceSeconds, epoch } = this.options;
    return landed(this.places.landing).flatMap((file) => {
      if (isInTransfer(file, wallMs(), patienceSeconds * 1000)) return [];
      const fault = faultOfName(file, epoch);
      if (fault === null) return [file as EnvelopeFile];
      setAside.push(this.quarantine.take([file], new BatchRefused(fault, { name: file.name }), wallMs()));
      return [];
    });
  }

  private async receiveOne(
    stream: StreamReceiver,
    envelope: EnvelopeFile,
    ofStream: readonly EnvelopeFile[],
    released: ReadonlySet<string>,
    report: { taken: Taken[]; waiting: Waiting[]; setAside: SetAside[]; again: BatchPlace[] },
  ): Promise<void> {
    const data = ofStream.filter(({ batch }) => batch.kind === 'data' && batch.seq === envelope.batch.seq);
    const aside = (files: readonly Landed[], refusal: BatchRefused, payload: string | null = null) =>
      report.setAside.push(this.quarantine.take(files.filter(isThere), refusal, this.options.wallMs(), payload));
    let verified: VerifiedEnvelope;
    try {
      verified = this.verify(envelope);
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error;
      aside([envelope], error);
      return;
    }
    try {
      const outcome = await stream.take(verified, released);
      if (outcome === 'taken') report.taken.push(takenOf(verified, this.places));
      if (outcome === 'again') report.again.push(placeOf(verified.batch.predicate));
      for (const file of [...data, envelope]) rmSync(file.path, { force: true });
      syncFolder(this.places.landing);
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error;
      const { reason } = error;
      if (reason === 'gap' || reason === 'incomplete') report.waiting.push(this.waiting(envelope, reason));
      else if (OF_A_COPY.has(reason))
        aside(
          data.filter(({ name }) => name === error.details.file),
          error,
        );
      else aside([...data, envelope], error, verified.batch.payloadSha256);
    }
  }

  private verify(file: EnvelopeFile): VerifiedEnvelope {
    if (file.stats.size > ENVELOPE_BYTES_MAX) throw new BatchRefused('oversize', { file: file.name });
    // Read once: what is verified is what is kept.
    const bytes = readPlainFile(file.path as unknown as string, ENVELOPE_BYTES_MAX);
    const batch = verifyBatch(bytes, this.options.root);
    const named = batchEnvelopeName(batch.predicate);
    if (named !== file.name) throw new BatchRefused('misnamed', { file: file.name, signed: named });
    return { bytes, batch };
  }

  /** Data whose envelope has not come: it travels last. Of batches that were taken already it is a rest. */
  private tellOrphans(stream: StreamReceiver, ofStream: readonly EnvelopeFile[], report: { waiting: Waiting[] }): void {
    const told = new Set(ofStream.flatMap(({ batch }) => (batch.kind === 'envelope' ? [batch.seq] : [])));
    for (const file of ofStream) {
      const { kind, seq } = file.batch;
      if (kind === 'envelope' || told.has(seq)) continue;
      if (seq <= stream.head.seq) rmSync(file.path, { force: true });
      else report.waiting.push(this.waiting(file, 'incomplete'));
      told.add(seq);
    }
  }

  private waiting({ batch, stats }: EnvelopeFile, reason: Waiting['reason']): Waiting {
    const secondsWaited = Math.max(0, (this.options.wallMs() - stats.ctimeMs) / 1000);
    return { ...placeOf(batch), reason, secondsWaited, isOverdue: secondsWaited > this.options.patienceSeconds };
  }
}

interface VerifiedEnvelope {
  readonly bytes: Buffer;
  readonly batch: SealedBatch;
}

/** One stream: its log, its head, and the next batch of it. */
class StreamReceiver {
  head: StreamHead;
  private log: TileLog;

  constructor(
    private readonly places: ReceivePlaces,
    private readonly options: ReceiverOptions,
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
      if (!this.log.entry(predicate.seq - 1).equals(logEntry(payloadSha256)))
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
    replaceFile(path.join(folder, name), envelope, 0o600);
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
    if (this.log.entry(index).equals(logEntry(payloadSha256))) return;
    throw new LogDamaged(this.places.log(this.place), `batch ${index + 1} that is kept is not the one that it names`);
  }

  private readHead(): StreamHead {
    const file = this.places.head(this.place);
    const { broker } = this.options;
    if (!existsSync(file)) return startOfStream(broker, this.place.stream, this.place.epoch);
    try {
      return streamHead.parse(JSON.parse(readPlainFile(file, ENVELOPE_BYTES_MAX).toString('utf8')));
    } catch {
      // Damaged: the log and the envelopes say the same, from the first batch on.
      return startOfStream(broker, this.place.stream, this.place.epoch);
    }
  }

  private writeHead(): void {
    replaceFile(this.places.head(this.place), `${JSON.stringify(this.head)}\n`, 0o600);
  }

  /** The signed checkpoint of the log, where brokers fetch it. */
  private acknowledge(): void {
    const note = this.log.note();
    if (note !== null) replaceFile(this.places.receipt(this.place), note);
  }
}

function faultOfName({ stats, batch }: Landed, epoch: number): BatchRefusalReason | null {
  if (!stats.isFile()) return 'not-plain';
  if (batch === null) return 'unknown-file';
  return batch.epoch === epoch ? null : 'unknown-stream';
}

function isThere({ path: file }: Landed): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function placeOf({ stream, epoch, seq }: BatchPlace): BatchPlace {
  return { stream, epoch, seq };
}

function takenOf({ batch: { predicate, payloadSha256 } }: VerifiedEnvelope, places: ReceivePlaces): Taken {
  const files = predicate.kind === 'data' ? predicate.files : [];
  return {
    ...placeOf(predicate),
    ...{ kind: predicate.kind, payloadSha256, rows: files.reduce((sum, { rows }) => sum + rows, 0) },
    files: files.map(({ packed }) => path.join(places.batches(predicate), packed.name)),
  };
}
