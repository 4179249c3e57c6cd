import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { streamOfFlatName } from '../shared/contract/batch-stream.js';
import { logOrigin } from '../shared/contract/stream-log.js';
import { readPlainFile } from '../shared/node/disk/plain-file.js';
import { readFormerRoots, readTrustedRoot } from '../shared/node/trust/trust-store.js';
import type { TrustedRoot } from '../shared/trust/root.js';
import { openCheckpoint } from '../shared/trust/tlog/checkpoint.js';
import { BadNote, NOTE_BYTES_MAX } from '../shared/trust/tlog/signed-note.js';

export interface Receipt {
  readonly stream: string;
  readonly epoch: number;
  /** Batches that research has taken. */
  readonly size: number;
}

/** The highest receipt of each stream and epoch, signed as a root of this home asks; what is not is no proof. */
export function newestReceipts(folders: readonly string[], broker: string, trust: string): Receipt[] {
  const roots = [readTrustedRoot(trust), ...readFormerRoots(trust)];
  const newest = new Map<string, Receipt>();
  for (const folder of folders.filter((one) => existsSync(one)))
    for (const name of readdirSync(folder)) {
      const receipt = receiptIn(path.join(folder, name), broker, roots);
      const size = newest.get(name)?.size ?? 0;
      if (receipt !== null && receipt.size > size) newest.set(name, receipt);
    }
  return [...newest.values()];
}

function receiptIn(file: string, broker: string, roots: readonly TrustedRoot[]): Receipt | null {
  const [, flat = '', epoch = ''] = /^(.+)-e(\d{4})\.note$/.exec(path.basename(file)) ?? [];
  const stream = streamOfFlatName(flat);
  if (stream === null) return null;
  const place = { stream, epoch: Number(epoch) };
  for (const root of roots) {
    try {
      const { size } = openCheckpoint(
        readPlainFile(file, NOTE_BYTES_MAX),
        logOrigin(broker, place),
        root.roles.receipt,
      );
      return { ...place, size };
    } catch (error) {
      if (!(error instanceof BadNote)) throw error;
    }
  }
  return null;
}
