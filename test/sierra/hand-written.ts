import { EPOCH_US } from '../../shared/market/sierra/sierra-file.js';

/** Sierra Chart's records by hand, layout as it documents them. Prices are in hundredths. */
export interface HandTick {
  /** Microseconds since the Unix epoch. */
  readonly us: number;
  readonly price: number;
  /** Contracts. */
  readonly size: number;
  readonly isSell?: boolean;
  readonly open?: number;
}

export function scidHeader(): Buffer {
  return headerOf('SCID', 56, 40);
}

export function tickBytes({ us, price, size, isSell = false, open = 0 }: HandTick): Buffer {
  const record = Buffer.alloc(40);
  record.writeBigInt64LE(BigInt(us) + BigInt(EPOCH_US));
  record.writeFloatLE(open, 8);
  record.writeFloatLE(price + 25, 12);
  record.writeFloatLE(price - 25, 16);
  record.writeFloatLE(price, 20);
  record.writeUInt32LE(1, 24);
  record.writeUInt32LE(size, 28);
  record.writeUInt32LE(size, isSell ? 32 : 36);
  return record;
}

export interface HandDepth {
  readonly us: number;
  /** 1 clear, 2/3 add bid/ask, 4/5 modify, 6/7 delete. */
  readonly command: number;
  readonly price?: number;
  readonly size?: number;
  readonly isLast?: boolean;
}

export function depthHeader(): Buffer {
  return headerOf('SCDD', 64, 24);
}

export function depthBytes({ us, command, price = 0, size = 0, isLast = true }: HandDepth): Buffer {
  const record = Buffer.alloc(24);
  record.writeBigInt64LE(BigInt(us) + BigInt(EPOCH_US));
  record[8] = command;
  record[9] = isLast ? 1 : 0;
  record.writeUInt16LE(1, 10);
  record.writeFloatLE(price, 12);
  record.writeUInt32LE(size, 16);
  return record;
}

/** A book of so many levels a side, as one batch: bids below `middle`, asks above. */
export function snapshotBytes(us: number, middle: number, levels = 3): Buffer {
  const steps = Array.from({ length: levels }, (_, i) => 25 * (i + 1));
  return Buffer.concat([
    depthBytes({ us, command: 1, isLast: false }),
    ...steps.map((step, i) => depthBytes({ us, command: 2, price: middle - step, size: 10 + i, isLast: false })),
    ...steps.map((step, i) =>
      depthBytes({ us, command: 3, price: middle + step, size: 20 + i, isLast: i === levels - 1 }),
    ),
  ]);
}

function headerOf(magic: string, headerBytes: number, recordBytes: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write(magic);
  header.writeUInt32LE(headerBytes, 4);
  header.writeUInt32LE(recordBytes, 8);
  header.writeUInt16LE(1, 12);
  return header;
}
