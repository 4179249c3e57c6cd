/** In these UTC days, YYYYMMDD, the symbol has this instrument id. */
export interface DbnInterval {
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
  readonly id: number;
}

/** A DBN file by hand: metadata of any version with one instrument, then records. Layout as Databento documents it. */
export function dbnFile(version: 1 | 2 | 3, schema: number, symbol: string, id: number, records: Buffer[]): Buffer {
  return dbnFileOf(version, schema, [{ symbol, id, from: 20_240_101, to: 20_250_101 }], records);
}

/** ...with any instruments. */
export function dbnFileOf(
  version: 1 | 2 | 3,
  schema: number,
  intervals: readonly DbnInterval[],
  records: readonly Buffer[],
): Buffer {
  const symbolBytes = version === 1 ? 22 : 71;
  const text = (value: string, bytes: number) =>
    Buffer.concat([Buffer.from(value), Buffer.alloc(bytes - Buffer.byteLength(value))]);
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const fixed = Buffer.alloc(100);
  text('GLBX.MDP3', 16).copy(fixed, 0);
  fixed.writeUInt16LE(schema, 16);
  const at = version === 1 ? 50 : 42;
  fixed[at] = 1;
  fixed[at + 1] = 0;
  if (version > 1) fixed.writeUInt16LE(symbolBytes, at + 3);
  const metadata = Buffer.concat([
    fixed,
    u32(0),
    u32(intervals.length),
    ...intervals.map(({ symbol }) => text(symbol, symbolBytes)),
    u32(0),
    u32(0),
    u32(intervals.length),
    ...intervals.flatMap(({ symbol, from, to, id }) => [
      text(symbol, symbolBytes),
      ...[u32(1), u32(from), u32(to)],
      text(String(id), symbolBytes),
    ]),
  ]);
  return Buffer.concat([Buffer.from('DBN'), Buffer.from([version]), u32(metadata.length), metadata, ...records]);
}

/** A record's header and room for its fields. */
export function dbnRecord(rtype: number, bytes: number, id: number, tsEventNs: bigint): Buffer {
  const record = Buffer.alloc(bytes);
  record[0] = bytes / 4;
  record[1] = rtype;
  record.writeUInt16LE(1, 2);
  record.writeUInt32LE(id, 4);
  record.writeBigUInt64LE(tsEventNs, 8);
  return record;
}

/** A trade as DBN has it. */
export function dbnTrade(id: number, tsNs: bigint, price: number, size: number): Buffer {
  const record = dbnRecord(0, 48, id, tsNs);
  record.writeBigInt64LE(BigInt(Math.round(price * 1e9)), 16);
  record.writeUInt32LE(size, 24);
  record.write('TB', 28);
  record.writeBigUInt64LE(tsNs, 32);
  return record;
}

/** A symbol mapping of version 2 or 3: from here on the id means this symbol. */
export function dbnMapping(id: number, tsNs: bigint, symbol: string): Buffer {
  const record = dbnRecord(0x16, 176, id, tsNs);
  record.write('ES.FUT', 17);
  record.write(symbol, 89);
  record.writeBigUInt64LE(2n ** 64n - 1n, 160);
  record.writeBigUInt64LE(2n ** 64n - 1n, 168);
  return record;
}
