import { Damage } from './page-faults.js';

/** What Thrift's compact protocol can hold; a struct is its fields by their numbers. */
export type ThriftValue = boolean | number | Uint8Array | readonly ThriftValue[] | ThriftStruct;
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/**
 * Reads the struct that begins at `start`. Source of the format:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. Whole numbers beyond 2^53 are rounded.
 * @returns the struct, and where the bytes behind it begin
 * @throws Damage
 */
export function readStruct(bytes: Uint8Array, start: number): { struct: ThriftStruct; end: number } {
  const cursor = new Cursor(bytes, start);
  return { struct: cursor.struct(0), end: cursor.at };
}

/** @throws Damage where the field is not there or no number */
export function numberIn(struct: ThriftStruct, field: number): number {
  const value = struct.get(field);
  if (typeof value !== 'number') throw new Damage(`field ${field} of a header is no number`);
  return value;
}

/** @throws Damage where the field is not there or no struct */
export function structIn(struct: ThriftStruct, field: number): ThriftStruct {
  return asStruct(struct.get(field));
}

/** @throws Damage where the field is not there or no list of structs */
export function structsIn(struct: ThriftStruct, field: number): ThriftStruct[] {
  const value = struct.get(field);
  if (!Array.isArray(value)) throw new Damage(`field ${field} of a header is no list`);
  return value.map(asStruct);
}

/** @throws Damage where the field is not there or no string */
export function textIn(struct: ThriftStruct, field: number): string {
  const value = struct.get(field);
  if (!(value instanceof Uint8Array)) throw new Damage(`field ${field} of a header is no text`);
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString();
}

function asStruct(value: ThriftValue | undefined): ThriftStruct {
  if (!(value instanceof Map)) throw new Damage('a header lacks a part');
  return value;
}

/** Structs in structs: Parquet has five. */
const DEPTH_MAX = 16;
/** A 64-bit number has at most ten groups of seven bits. */
const VARINT_BYTES_MAX = 10;

const Type = {
  stop: 0,
  true: 1,
  false: 2,
  int8: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  double: 7,
  binary: 8,
  list: 9,
} as const;
const SET = 10;
const STRUCT = 12;

class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  struct(depth: number): ThriftStruct {
    const fields = new Map<number, ThriftValue>();
    for (let field = 0; ; ) {
      const head = this.byte();
      if (head === Type.stop) return fields;
      field = head >> 4 === 0 ? this.signed() : field + (head >> 4);
      fields.set(field, this.value(head & 15, depth));
    }
  }

  private value(type: number, depth: number): ThriftValue {
    switch (type) {
      case Type.true:
      case Type.false:
        return type === Type.true;
      case Type.int8:
        return (this.byte() << 24) >> 24;
      case Type.int16:
      case Type.int32:
      case Type.int64:
        return this.signed();
      case Type.double:
        return new DataView(this.take(8).slice().buffer).getFloat64(0, true);
      case Type.binary:
        return this.take(this.varint());
      case Type.list:
      case SET:
        return this.list(depth);
      case STRUCT:
        if (depth === DEPTH_MAX) throw new Damage('a header is nested too deeply');
        return this.struct(depth + 1);
      default:
        throw new Damage(`a header has a field of the unknown type ${type}`);
    }
  }

  private list(depth: number): ThriftValue[] {
    const head = this.byte();
    const length = head >> 4 === 15 ? this.varint() : head >> 4;
    const type = head & 15;
    if (length > this.bytes.length - this.at) throw new Damage('a header has a list longer than itself');
    const isBoolean = type === Type.true || type === Type.false;
    return Array.from({ length }, () => (isBoolean ? this.byte() === Type.true : this.value(type, depth)));
  }

  private varint(): number {
    let value = 0;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Damage('a header has a number without an end');
  }

  /** Zigzag: 0, -1, 1, -2, ... */
  private signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private byte(): number {
    if (this.at >= this.bytes.length) throw new Damage('a header is cut off');
    return this.bytes[this.at++]!;
  }

  private take(length: number): Uint8Array {
    const start = this.at;
    this.at += length;
    if (this.at > this.bytes.length) throw new Damage('a header is cut off');
    return this.bytes.subarray(start, this.at);
  }
}
