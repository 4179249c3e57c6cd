import { lstatSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type BatchRefusalReason, BatchRefused } from '../../shared/contract/batch-refusal.js';
import { type BatchPlace, batchEnvelopeName, streamFolder } from '../../shared/contract/batch-stream.js';
import { type SealedBatch, verifyBatch } from '../../shared/contract/sealed-batch.js';
import { Failure } from '../../shared/failure.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { syncFolder } from '../../shared/node/disk/replace-file.js';
import { ENVELOPE_BYTES_MAX } from '../../shared/trust/dsse.js';
import { isInTransfer, type Landed, landed } from './landing.js';
import { Quarantine, type SetAside } from './quarantine.js';
import { type ReceivePlaces, receivePlaces } from './receive-places.js';
import { type StreamOptions, StreamReceiver, type VerifiedEnvelope } from './stream-receiver.js';

export interface ReceiverOptions extends StreamOptions {
  /** `receiver/` of the home folder. */
  readonly folder: string;
  /** Of all streams that are taken. */
  readonly epoch: number;
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
