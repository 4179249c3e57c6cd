import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digitsAhead, strayBits, valueOfDigits } from '../../shared/market/events/digit-words.js';

/** Bytes around the digits, and those whose sums reach into the next byte. */
const byte = fc.oneof(fc.integer({ min: 0x2c, max: 0x3d }), fc.nat(255));
const word = fc.tuple(byte, byte, byte, byte).map((bytes) => Buffer.from(bytes));

describe('four digits in a word', () => {
  it('are worth what they say, for all 10,000 of them', () => {
    for (let value = 0; value < 10_000; value++) {
      const digits = Buffer.from(String(value).padStart(4, '0')).readInt32LE();
      assert.equal(valueOfDigits(digits), value);
      assert.equal(strayBits(digits), 0);
      assert.equal(digitsAhead(digits), 4);
    }
  });

  it('are told from any other four bytes, and so is how many come first', () => {
    const property = fc.property(word, (bytes) => {
      const text = bytes.toString('latin1');
      assert.equal(strayBits(bytes.readInt32LE()) === 0, /^[0-9]{4}$/.test(text));
      assert.equal(digitsAhead(bytes.readInt32LE()), /^[0-9]*/.exec(text)![0].length);
    });
    fc.assert(property, { numRuns: 20_000 });
  });
});
