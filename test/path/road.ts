import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { receivePlaces } from '../../research/receive/receive-places.js';
import { Receiver, type ReceiverOptions } from '../../research/receive/receiver.js';
import type { BatchPredicate } from '../../shared/contract/batch.js';
import type { BatchRefusalReason } from '../../shared/contract/batch-refusal.js';
import { batchEnvelopeName, batchFileName, parseBatchFile } from '../../shared/contract/batch-stream.js';
import { readBatch } from '../../shared/contract/sealed-batch.js';
import { KEYS } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { BrokerRig, RECEIPT_ROOT } from './broker-rig.js';

/** A broker, a receiver, and the road between them: files are copied as rsync would, never over one that is there. */
export class Road {
  readonly rig: BrokerRig;
  readonly places;

  constructor(readonly folder: string) {
    this.rig = new BrokerRig(path.join(folder, 'broker'));
    this.places = receivePlaces(path.join(folder, 'receiver'));
    mkdirSync(this.places.landing, { recursive: true });
  }

  options(changes: Partial<ReceiverOptions> = {}): ReceiverOptions {
    return {
      folder: path.join(this.folder, 'receiver'),
      ...{ broker: BROKER, epoch: 1, root: RECEIPT_ROOT, keys: [KEYS.receipt] },
      ...{ patienceSeconds: 60, wallMs: () => Date.now() },
      ...changes,
    };
  }

  async receive(changes: Partial<ReceiverOptions> = {}) {
    const receiver = await Receiver.open(this.options(changes));
    try {
      return await receiver.receive();
    } finally {
      receiver.close();
    }
  }

  /** Sends everything in the outbox, or what is asked for. */
  send(isSent: (name: string) => boolean = () => true): void {
    for (const name of readdirSync(this.rig.path('outbox')).sort())
      if (isSent(name)) cpSync(this.rig.path('outbox', name), this.landing(name), { force: false });
  }

  landing(name: string): string {
    return path.join(this.places.landing, name);
  }

  landed(): string[] {
    return readdirSync(this.places.landing).sort();
  }

  /** Batches of orders, sealed one by one. */
  async sealOrders(batches: number): Promise<void> {
    for (let i = 0; i < batches; i++) {
      this.rig.orders(3);
      await this.rig.sealAll();
    }
  }

  outboxFile(name: string): string {
    return path.join(this.rig.path('outbox'), name);
  }

  predicateOf(seq: number): BatchPredicate {
    return readBatch(readFileSync(this.outboxFile(envelopeOf(seq)))).predicate;
  }

  /** Receives, and says why what was set aside was. */
  async reasons(): Promise<BatchRefusalReason[]> {
    return (await this.receive()).setAside.map(({ reason }) => reason);
  }

  receipt(stream: string): Buffer {
    return readFileSync(this.places.receipt({ stream, epoch: 1 }));
  }

  /** What was taken, by the broker's name of each file. */
  received(): Record<string, string> {
    const bytes: Record<string, string> = {};
    const folder = path.join(this.folder, 'receiver', 'batches');
    for (const stream of existsSync(folder) ? readdirSync(folder) : [])
      for (const name of readdirSync(path.join(folder, stream)).sort()) {
        if (parseBatchFile(name)?.kind !== 'envelope') continue;
        const { predicate } = readBatch(readFileSync(path.join(folder, stream, name)));
        for (const file of predicate.kind === 'data' ? predicate.files : []) {
          const plain = zstdDecompressSync(readFileSync(path.join(folder, stream, file.packed.name)));
          bytes[file.name] = (bytes[file.name] ?? '') + plain.toString();
        }
      }
    return bytes;
  }
}

/** Names of a batch, of orders where nothing else is said. */
export const envelopeOf = (seq: number, stream = 'orders') => batchEnvelopeName({ stream, epoch: 1, seq });
export const dataOf = (seq: number, stream = 'orders') => batchFileName({ stream, epoch: 1, seq }, 1);
