import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { receivePlaces } from '../../research/receive/receive-places.js';
import { Receiver, type ReceiverOptions } from '../../research/receive/receiver.js';
import { parseBatchFile } from '../../shared/contract/batch-stream.js';
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
