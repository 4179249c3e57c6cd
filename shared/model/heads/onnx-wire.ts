/** One field of a protobuf message. Numbers of fixed size are not needed by value. */
export interface WireField {
  readonly number: number;
  readonly type: WireType;
  /** Of a varint; NaN otherwise. */
  readonly value: number;
  /** Of a length-delimited field; empty otherwise. */
  readonly bytes: Buffer;
}

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
export type WireType = (typeof WIRE)[keyof typeof WIRE];

const NONE = Buffer.alloc(0);

/** The fields of a message, in the order of its bytes. @throws RangeError where the bytes are no message */
export function* wireFields(message: Buffer): Generator<WireField> {
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const key = readVarint(message, cursor);
    const number = Math.floor(key / 8);
    const type = key % 8;
    if (type === WIRE.varint) yield { number, type, value: readVarint(message, cursor), bytes: NONE };
    else if (type === WIRE.fixed32) yield { number, type, value: Number.NaN, bytes: take(message, cursor, 4) };
    else if (type === WIRE.fixed64) yield { number, type, value: Number.NaN, bytes: take(message, cursor, 8) };
    else if (type === WIRE.bytes)
      yield { number, type, value: Number.NaN, bytes: take(message, cursor, readVarint(message, cursor)) };
    else throw new RangeError(`byte ${cursor.at}: wire type ${type} is none of ONNX's`);
  }
}

/** The numbers of a packed repeated field. */
export function packedVarints(bytes: Buffer): number[] {
  const values: number[] = [];
  const cursor = { at: 0 };
  for (let at = 0; at < bytes.length; at = cursor.at) {
    // Most have one byte, and there are many.
    for (let byte = bytes[at]!; byte < 0x80; byte = bytes[++at]!) values.push(byte);
    cursor.at = at;
    if (at < bytes.length) values.push(readVarint(bytes, cursor));
  }
  return values;
}

/** The numbers of a packed repeated field of float32. */
export function packedFloats(bytes: Buffer): Float32Array {
  if (bytes.length % 4 !== 0) throw new RangeError(`${bytes.length} bytes are no float32`);
  const values = new Float32Array(bytes.length / 4);
  for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(4 * i);
  return values;
}

/** A negative number, and one above 2^53, becomes one that is no index of anything: nobody needs its value. */
function readVarint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let shift = 0; shift < 10; shift++) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw new RangeError('a number ends with the bytes');
    value += (byte & 0x7f) * 2 ** (7 * shift);
    if (byte < 0x80) return value;
  }
  throw new RangeError(`byte ${cursor.at}: a number has more than ten bytes`);
}

function take(bytes: Buffer, cursor: { at: number }, length: number): Buffer {
  const end = cursor.at + length;
  if (end > bytes.length) throw new RangeError(`byte ${cursor.at}: ${length} bytes are announced, fewer follow`);
  const taken = bytes.subarray(cursor.at, end);
  cursor.at = end;
  return taken;
}
