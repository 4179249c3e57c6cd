import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DepthTap } from '../../bridge/connection/depth-tap.js';

const frame = (...fields: (string | number)[]): Buffer => {
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
};

const plain = fc.record({
  id: fc.nat(2_000_000_000),
  position: fc.nat(9),
  operation: fc.nat(2),
  side: fc.nat(1),
  price: fc.integer({ min: 0, max: 2 ** 22 }).map((ticks) => ticks / 128),
  size: fc.nat(100_000),
});
const depth = plain.map((one) => ({
  kind: 'depth' as const,
  one,
  bytes: frame(12, 1, one.id, one.position, one.operation, one.side, one.price, one.size),
}));
/** Depth in no usual form: its words, and the numbers that they are. */
const unusual = fc
  .constantFrom<[string, number[]]>(
    ['1|7|0|1|1|-2.5|4|', [7, 0, 1, 1, -2.5, 4]],
    ['1|7|0|1|1|1e3|4|', [7, 0, 1, 1, 1000, 4]],
    ['1|7|0|1|1|2900.12345678901|4|', [7, 0, 1, 1, 2900.12345678901, 4]],
    ['1|7|0|1|1||4|', [7, 0, 1, 1, Number.NaN, 4]],
    ['1|7|0|1|1|.|4|', [7, 0, 1, 1, Number.NaN, 4]],
    ['1|7|0|1|1|2,900|4|', [7, 0, 1, 1, Number.NaN, 4]],
    ['1|7|-1|1|1|2900|4 lots|', [7, -1, 1, 1, 2900, Number.NaN]],
    ['1|7|0|1|1|', [7, 0, 1, 1, Number.NaN, Number.NaN]],
    ['1|7|0|1|1|2900|4|more|', [7, 0, 1, 1, 2900, Number.NaN]],
    ['', [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]],
  )
  .map(([words, numbers]) => ({
    kind: 'depth' as const,
    one: [...numbers, words],
    bytes: frame(12, ...(words === '' ? [] : words.slice(0, -1).split('|'))),
  }));
const other = fc
  .constantFrom([3, 12, 'Submitted'], [120, 1], [49, 1, 1_700_000_000], [13, 1, 7, 0, 'MM', 1, 1, 2900, 4, 0])
  .map((fields) => ({ kind: 'other' as const, bytes: frame(...fields) }));

describe('depth tap', () => {
  it('takes out every depth message, NaN for what is no number in it, and hands on all else, in order, however TCP cuts the stream', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(depth, unusual, other), { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1 }),
        (messages, cuts) => {
          const seen: (Buffer | unknown[])[] = [];
          const tap = new DepthTap(
            (id, { position, operation, side, price, size }, words) =>
              seen.push([id, position, operation, side, price, size, ...(words === undefined ? [] : [words])]),
            (frames) => seen.push(Buffer.from(frames)),
          );
          const stream = Buffer.concat(messages.map(({ bytes }) => bytes));
          for (let at = 0, cut = 0; at < stream.length; cut++) {
            const end = at + cuts[cut % cuts.length]!;
            tap.push(stream.subarray(at, end));
            at = end;
          }
          const expected: (Buffer | unknown[])[] = messages.map((message) =>
            message.kind === 'other' ? message.bytes : Object.values(message.one),
          );
          assert.deepEqual(joined(seen), joined(expected));
        },
      ),
    );
  });

  it('hands a frame of absurd length to the library at once, which gives the connection up', () => {
    const handed: Buffer[] = [];
    const tap = new DepthTap(
      () => assert.fail(),
      (frames) => handed.push(frames),
    );
    tap.push(Buffer.from([0x7f, 0xff, 0xff, 0xff, 0x31]));
    assert.equal(Buffer.concat(handed).length, 5);
  });
});

/** Neighbouring frames may be handed on together. */
function joined(parts: readonly (Buffer | unknown[])[]): (string | unknown[])[] {
  const result: (string | unknown[])[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (Buffer.isBuffer(part) && typeof last === 'string') result[result.length - 1] = last + part.toString('hex');
    else result.push(Buffer.isBuffer(part) ? part.toString('hex') : part);
  }
  return result;
}
