import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDepthLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { DepthScanner } from '../../shared/market/events/depth-scanner.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import { BLOCK_PADDING_BYTES } from '../../shared/node/files/line-blocks.js';
import { eventsOf } from '../market/event.js';
import { linesOfManyHands } from './line-hands.js';

const T0 = 1_567_098_590_754_568_913n;
const FIRST = formatTradeLine(T0 - 1n, 1, 2926, 1, null);
const DEPTH = formatDepthLine(T0, 12, 1, 0, 3, 2926.75, 145, false).trimEnd();
const TRADE = formatTradeLine(T0, 12, 2926, 3, 'sell').trimEnd();
const SHORT = '{"kind":"depth","ts":"1567098590754568913","op":0,"side":1,"position":0,"price":2926.0,"size":145}';

/** Events and reasons of lines, scanned as one block. */
function scan(text: string) {
  const reasons: string[] = [];
  const scanner = new DepthScanner('X', new TickScale(0.25), 64, (line, reason) => reasons.push(`${line} ${reason}`));
  const bytes = Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(BLOCK_PADDING_BYTES)]);
  scanner.attach(bytes);
  scanner.scan(0, bytes.length - BLOCK_PADDING_BYTES);
  const batch = scanner.batch!;
  return { events: eventsOf(batch), seq: [...batch.seq.subarray(0, batch.length)], reasons };
}

describe('the scanner of depth lines', () => {
  it('never reads a damaged line differently from JSON.parse (fuzzed)', () => {
    const pieces = ['', '0', '9', '-', '.', '"', ',', '}', ':', 'x', 'e1', ' ', '\\', '00', '1e3', 'null'];
    const edit = fc.record({ at: fc.nat(140), text: fc.constantFrom(...pieces), cut: fc.nat(3) });
    const property = fc.property(
      fc.constantFrom(DEPTH, TRADE, SHORT),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      (line, edits) => {
        let damaged = line;
        for (const { at, text, cut } of edits) damaged = damaged.slice(0, at) + text + damaged.slice(at + cut);
        // The same line with a space in front goes through JSON.parse.
        assert.deepEqual(scan(`${FIRST}${damaged}\n${FIRST}`), scan(`${FIRST} ${damaged}\n${FIRST}`));
      },
    );
    fc.assert(property, { numRuns: 5000 });
  });

  it('reads any value in the shape of the writer as JSON.parse does', () => {
    const line = fc.oneof(
      fc
        .tuple(
          fc.integer({ min: 0, max: 2 }),
          fc.integer({ min: 0, max: 1 }),
          fc.nat(255),
          fc.integer(),
          fc.nat(),
          fc.boolean(),
        )
        .map(([op, side, position, quarters, size, last]) =>
          formatDepthLine(T0, 2, op, side, position, quarters / 4, size, last),
        ),
      fc
        .tuple(fc.integer(), fc.nat(), fc.constantFrom('buy' as const, 'sell' as const, null))
        .map(([quarters, size, aggressor]) => formatTradeLine(T0, 2, quarters / 4, size, aggressor)),
    );
    const property = fc.property(line, (text) => {
      const fast = scan(FIRST + text);
      assert.deepEqual(fast, scan(`${FIRST} ${text}`));
      assert.deepEqual(fast.reasons, []);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('reads lines of any key order, spacing, escapes and number forms, cut or damaged, as JSON.parse does', () => {
    const property = fc.property(linesOfManyHands, (lines) => {
      const text = (before: string) => FIRST + lines.map((line) => `${before}${line}\n`).join('');
      assert.deepEqual(scan(text('')), scan(text(' ')));
    });
    fc.assert(property, { numRuns: 3000 });
  });
});
