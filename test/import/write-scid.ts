/** A tick of a Sierra Chart file; everything in it may be changed before it is written. */
export interface ScidTick {
  readonly timeMs: number;
  readonly price: number;
  readonly bid: number;
  readonly ask: number;
  /** Contracts, all of a buyer who took the offer. */
  readonly size: number;
}

/** A `.scid` file by hand, in tick mode. Layout as Sierra Chart documents it. */
export function scidFile(records: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(56);
  header.write('SCID');
  header.writeUInt32LE(56, 4);
  header.writeUInt32LE(40, 8);
  header.writeUInt16LE(1, 12);
  return Buffer.concat([header, ...records]);
}

export function scidTick({ timeMs, price, bid, ask, size }: ScidTick): Buffer {
  const record = Buffer.alloc(40);
  record.writeBigInt64LE(BigInt(timeMs - Date.UTC(1899, 11, 30)) * 1000n);
  record.writeFloatLE(ask, 12);
  record.writeFloatLE(bid, 16);
  record.writeFloatLE(price, 20);
  record.writeUInt32LE(1, 24);
  record.writeUInt32LE(size, 28);
  record.writeUInt32LE(size, 36);
  return record;
}
