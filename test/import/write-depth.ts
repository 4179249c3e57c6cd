/** A record of a Sierra Chart depth file: one command, and the end of its batch. */
export interface DepthCommand {
  readonly timeMs: number;
  /** 2 adds a bid level. */
  readonly command: number;
  readonly price: number;
  readonly size: number;
}

/** A `.depth` file by hand. Layout as Sierra Chart documents it. */
export function depthFile(commands: readonly DepthCommand[]): Buffer {
  const header = Buffer.alloc(64);
  header.write('SCDD');
  header.writeUInt32LE(64, 4);
  header.writeUInt32LE(24, 8);
  header.writeUInt32LE(1, 12);
  const records = commands.map(({ timeMs, command, price, size }) => {
    const record = Buffer.alloc(24);
    record.writeBigInt64LE(BigInt(timeMs - Date.UTC(1899, 11, 30)) * 1000n);
    record[8] = command;
    record[9] = 1;
    record.writeUInt16LE(1, 10);
    record.writeFloatLE(price, 12);
    record.writeUInt32LE(size, 16);
    return record;
  });
  return Buffer.concat([header, ...records]);
}
