/** A DBN file by hand: metadata of any version with one instrument, then records. Layout as Databento documents it. */
export function dbnFile(version: 1 | 2 | 3, schema: number, symbol: string, id: number, records: Buffer[]): Buffer {
  const symbolBytes = version === 1 ? 22 : 71;
  const text = (value: string, bytes: number) =>
    Buffer.concat([Buffer.from(value), Buffer.alloc(bytes - value.length)]);
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
    u32(1),
    text(symbol, symbolBytes),
    u32(0),
    u32(0),
    u32(1),
    text(symbol, symbolBytes),
    u32(1),
    u32(20240101),
    u32(20250101),
    text(String(id), symbolBytes),
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
