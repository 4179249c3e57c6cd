/** A protobuf field of bytes. */
const bytes = (number: number, content: Buffer | string): Buffer => {
  const body = Buffer.from(content as Buffer);
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body]);
};
const int = (number: number, value: number): Buffer => Buffer.concat([varint(number * 8), varint(value)]);

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}

const [FLOAT, INT64, BOOL] = [1, 7, 9];

const value = (name: string, type: number, dimensions: readonly number[]) => {
  const shape = Buffer.concat(dimensions.map((size) => bytes(1, int(1, size))));
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, Buffer.concat([int(1, type), bytes(2, shape)])))]);
};
const node = (
  operator: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Buffer = Buffer.alloc(0),
) =>
  Buffer.concat([
    ...input.map((name) => bytes(1, name)),
    ...output.map((name) => bytes(2, name)),
    bytes(4, operator),
    attributes,
  ]);

/** A genuine ONNX graph whose `Loop` runs 2^52 times: the runtime that loads it and runs it once does not come back. */
export function loopingGraph(): Buffer {
  const body = Buffer.concat([
    bytes(1, node('Identity', ['go'], ['goes'])),
    bytes(1, node('Identity', ['row'], ['same'])),
    bytes(2, 'body'),
    ...[value('turn', INT64, []), value('go', BOOL, []), value('row', FLOAT, [1, 3])].map((one) => bytes(11, one)),
    ...[value('goes', BOOL, []), value('same', FLOAT, [1, 3])].map((one) => bytes(12, one)),
  ]);
  const loop = bytes(5, Buffer.concat([bytes(1, 'body'), bytes(6, body), int(20, 5)]));
  const graph = Buffer.concat([
    bytes(1, node('ReduceSum', ['features'], ['sum'])),
    bytes(1, node('Add', ['sum', 'zeros'], ['begin'])),
    bytes(1, node('Loop', ['turns', 'yes', 'begin'], ['probabilities'], loop)),
    bytes(2, 'F2_dom'),
    bytes(5, Buffer.concat([int(2, INT64), bytes(7, varint(2 ** 52)), bytes(8, 'turns')])),
    bytes(5, Buffer.concat([int(2, BOOL), bytes(5, varint(1)), bytes(8, 'yes')])),
    bytes(5, Buffer.concat([int(1, 1), int(1, 3), int(2, FLOAT), bytes(4, Buffer.alloc(12)), bytes(8, 'zeros')])),
    bytes(11, value('features', FLOAT, [1, 2])),
    bytes(12, value('probabilities', FLOAT, [1, 3])),
  ]);
  return Buffer.concat([int(1, 8), bytes(7, graph), bytes(8, Buffer.concat([bytes(1, ''), int(2, 17)]))]);
}
