import { packedFloats, packedVarints, WIRE, type WireField, type WireType, wireFields } from './onnx-wire.js';

/** ONNX's numbers of an attribute's fields, and of its types. */
const ATTRIBUTE = { name: 1, int: 3, string: 4, floats: 7, ints: 8, strings: 9, type: 20 } as const;
const TYPE = { int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

/** The fields of a node's attributes, by name. */
export type Attributes = ReadonlyMap<string, readonly WireField[]>;

export function attributesOf(messages: readonly WireField[][]): Attributes {
  const byName = new Map(messages.map((one) => [textOf(one, ATTRIBUTE.name), one]));
  requireAsWritten(byName.size === messages.length);
  return byName;
}

export function int(attributes: Attributes, name: string): number {
  const fields = list(attributes, name, TYPE.int, ATTRIBUTE.int, WIRE.varint);
  requireAsWritten(fields.length === 1);
  return fields[0]!.value;
}

export function ints(attributes: Attributes, name: string): number[] {
  return list(attributes, name, TYPE.ints, ATTRIBUTE.ints).flatMap(({ bytes }) => packedVarints(bytes));
}

export function floats(attributes: Attributes, name: string): Float32Array {
  return packedFloats(Buffer.concat(list(attributes, name, TYPE.floats, ATTRIBUTE.floats).map(({ bytes }) => bytes)));
}

export function string(attributes: Attributes, name: string): string {
  const fields = list(attributes, name, TYPE.string, ATTRIBUTE.string);
  requireAsWritten(fields.length === 1);
  return fields[0]!.bytes.toString('utf8');
}

export function strings(attributes: Attributes, name: string): string[] {
  return list(attributes, name, TYPE.strings, ATTRIBUTE.strings).map(({ bytes }) => bytes.toString('utf8'));
}

/** The fields of an attribute's value: of the type that it says, and nothing beside them. */
function list(attributes: Attributes, name: string, type: number, number: number, wire: WireType = WIRE.bytes) {
  const attribute = attributes.get(name);
  requireAsWritten(attribute !== undefined && intOf(attribute, ATTRIBUTE.type) === type);
  const fields = all(attribute, number, wire);
  requireAsWritten(attribute.length === fields.length + 2);
  return fields;
}

export function messages(fields: readonly WireField[], number: number): WireField[][] {
  return all(fields, number, WIRE.bytes).map(({ bytes }) => [...wireFields(bytes)]);
}

export function textOf(fields: readonly WireField[], number: number): string {
  const texts = all(fields, number, WIRE.bytes);
  requireAsWritten(texts.length <= 1);
  return texts[0]?.bytes.toString('utf8') ?? '';
}

export function intOf(fields: readonly WireField[], number: number): number {
  const found = all(fields, number, WIRE.varint);
  requireAsWritten(found.length === 1);
  return found[0]!.value;
}

export function onlyOf(fields: readonly WireField[], number: number): WireField {
  const found = all(fields, number, WIRE.bytes);
  requireAsWritten(found.length === 1);
  return found[0]!;
}

export function all(fields: readonly WireField[], number: number, type: WireType): WireField[] {
  const found = fields.filter((field) => field.number === number);
  requireAsWritten(found.every((field) => field.type === type));
  return found;
}

/** @throws RangeError */
export function requireAsWritten(isAsWritten: boolean): asserts isAsWritten {
  if (!isAsWritten) throw new RangeError('the graph is not as our exporter writes it');
}
