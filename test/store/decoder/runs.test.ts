import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Damage } from '../../../research/store/decoder/page-faults.js';
import { Runs } from '../../../research/store/decoder/runs.js';

/** Runs of one code, and groups of packed codes. */
type Part = { readonly code: number; readonly times: number } | { readonly codes: readonly number[] };

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);

/** The slow and obvious way to write what is read. */
function written(parts: readonly Part[], bitWidth: number): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if ('code' in part)
        return [
          ...varint(part.times * 2),
          ...Array.from({ length: Math.ceil(bitWidth / 8) }, (_, i) => (part.code >> (8 * i)) & 255),
        ];
      const bits = part.codes.flatMap((code) => Array.from({ length: bitWidth }, (_, i) => (code >> i) & 1));
      const bytes = Array.from({ length: bits.length / 8 }, (_, byte) =>
        bits.slice(8 * byte, 8 * byte + 8).reduce((sum, bit, i) => sum + bit * 2 ** i, 0),
      );
      return [...varint((part.codes.length / 8) * 2 + 1), ...bytes];
    }),
  );
}

const codesOf = (parts: readonly Part[]) =>
  parts.flatMap((part) => ('code' in part ? Array<number>(part.times).fill(part.code) : part.codes));

const hybrid = fc.integer({ min: 0, max: 14 }).chain((bitWidth) => {
  const code = fc.integer({ min: 0, max: 2 ** bitWidth - 1 });
  const groups = fc.integer({ min: 1, max: 6 }).chain((n) => fc.array(code, { minLength: 8 * n, maxLength: 8 * n }));
  const part: fc.Arbitrary<Part> = fc.oneof(
    fc.record({ code, times: fc.integer({ min: 1, max: 200 }) }),
    groups.map((codes) => ({ codes })),
  );
  return fc.record({ bitWidth: fc.constant(bitWidth), parts: fc.array(part, { minLength: 1, maxLength: 12 }) });
});

describe('runs of codes', () => {
  it('stand for the values that a slow reader finds, of every width, wherever reading stops and goes on', () => {
    fc.assert(
      fc.property(hybrid, fc.integer({ min: 1, max: 97 }), ({ bitWidth, parts }, step) => {
        const codes = codesOf(parts);
        const dictionary = Float64Array.from({ length: 2 ** bitWidth }, (_, code) => code * 0.25 - 7);
        const out = new Float64Array(codes.length);
        const runs = new Runs(written(parts, bitWidth), bitWidth);
        for (let from = 0; from < out.length; from += step)
          runs.expand(dictionary, out, from, Math.min(from + step, out.length));
        assert.deepEqual(
          [...out],
          codes.map((code) => dictionary[code]!),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('of one bit are taken as far as they are alike', () => {
    const bit = fc.integer({ min: 0, max: 1 });
    const part: fc.Arbitrary<Part> = fc.oneof(
      fc.record({ code: bit, times: fc.integer({ min: 1, max: 60 }) }),
      fc.array(bit, { minLength: 32, maxLength: 32 }).map((codes) => ({ codes })),
      bit.map((code) => ({ codes: Array<number>(40).fill(code) })),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), fc.integer({ min: 1, max: 70 }), (parts, max) => {
        const codes = codesOf(parts);
        const runs = new Runs(written(parts, 1), 1);
        const found: number[] = [];
        while (found.length < codes.length) {
          const alike = runs.takeAlike(Math.min(max, codes.length - found.length));
          assert.ok(alike !== 0 && Math.abs(alike) <= max);
          found.push(...Array<number>(Math.abs(alike)).fill(alike > 0 ? 1 : 0));
        }
        assert.deepEqual(found, codes);
      }),
    );
  });

  it('are damaged where they end too early, or a code stands for nothing', () => {
    fc.assert(
      fc.property(hybrid, ({ bitWidth, parts }) => {
        const codes = codesOf(parts);
        const bytes = written(parts, bitWidth);
        const read = (cut: Uint8Array, values: number) =>
          new Runs(cut, bitWidth).expand(new Int32Array(values), new Int32Array(codes.length), 0, codes.length);
        assert.throws(() => read(bytes.subarray(0, -1), 2 ** bitWidth), Damage);
        assert.throws(() => read(bytes, Math.max(...codes)), Damage);
      }),
    );
  });

  it('that are any bytes give values or are damaged, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 40 }), (bytes, bitWidth) => {
        const out = new Uint8Array(500);
        try {
          new Runs(bytes, bitWidth).expand(Uint8Array.of(7, 8, 9), out, 0, out.length);
          assert.ok(out.every((value) => value >= 7 && value <= 9));
        } catch (error) {
          assert.ok(error instanceof Damage);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
