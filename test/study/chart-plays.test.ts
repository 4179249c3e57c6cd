import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildStudy, missingTools } from '../../sierra/build-study.js';
import { type CapturedLine, linesIn, linesOf, segmentsIn } from './captured.js';
import { skipped } from './test-title.js';

describe('what a chart may do to the study', function () {
  this.timeout(120_000);
  let programs: string;
  let folder: string;
  before(async function () {
    const missing = await missingTools('native');
    if (missing !== undefined) return skipped(this, missing);
    programs = await buildStudy('native', ['chart-plays']);
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-study-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function play(name: string): string {
    const { status, stdout, stderr } = spawnSync(path.join(programs, 'chart-plays'), [name, folder], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  }
  const tradesIn = (lines: readonly CapturedLine[]) =>
    lines.filter(({ kind }) => kind === 'trade').map(({ price }) => price);

  it('prices between ticks, sizes that are none and books out of order: refused, counted, named', () => {
    play('nonsense');
    const lines = linesIn(folder);
    assert.deepEqual(tradesIn(lines), [2900.5]);
    const reasons = lines.filter(({ kind }) => kind === 'gap').map(({ reason }) => reason);
    for (const words of [
      /^the price of a trade is no multiple/,
      /^the size of a trade is no whole/,
      /^a price of the book is no multiple/,
      /^a size of the book is no whole/,
      /^the levels of the book are not in order/,
    ])
      assert.ok(
        reasons.some((reason) => words.test(reason)),
        String(words),
      );
    assert.ok(reasons.length < 12);
    const refused = reasons.map((reason) => Number(/^\d+/.exec(reason)?.[0] ?? 1));
    assert.equal(
      refused.reduce((sum, count) => sum + count, 0),
      1008,
    );
  });

  it("steps of the computer's clock: stamps never decrease, follow it ahead, and both are named once", () => {
    play('clock-steps');
    const lines = linesIn(folder);
    const stamps = lines.map(({ ts }) => BigInt(ts));
    assert.ok(stamps.every((stamp, index) => index === 0 || stamp >= stamps[index - 1]!));
    assert.deepEqual(
      lines.filter(({ kind }) => kind === 'gap').map(({ reason }) => reason),
      [
        "the computer's clock went ahead by 5000 ms; stamps follow it",
        "the computer's clock was set back by 3600000 ms; stamps go on by the steady clock",
      ],
    );
    assert.equal(new Set(stamps).size >= 6, true);
  });

  it('time and sales: each record once, what is missing named, a numbering that begins anew understood', () => {
    play('sales');
    const lines = linesIn(folder);
    const later = Array.from({ length: 10 }, (_, i) => 121 + i);
    assert.deepEqual(tradesIn(lines), [12, 13, 14, 18, 19, 20, ...later]);
    assert.deepEqual(
      lines.filter(({ kind }) => kind === 'gap').map(({ reason }) => reason.split(': ').slice(1).join(': ')),
      [
        'sequence numbers 15 to 17 are missing',
        'numbering went from 18 to 1: it began anew; what is not later than the last record is passed over',
        'numbering went from 5 to 1: it began anew; what is not later than the last record is passed over',
        'the chart marks a gap',
      ],
    );
  });

  it('more than the writer can take: what was dropped is counted in gaps, and the next book is whole', () => {
    const taken = Number(play('ring-full'));
    const lines = linesIn(folder);
    assert.equal(tradesIn(lines).length, taken);
    const gaps = lines.filter(({ kind }) => kind === 'gap');
    const dropped = gaps.map(({ reason }) => Number(/: (\d+) trades and \d+ books/.exec(reason)?.[1]));
    assert.equal(
      dropped.reduce((sum, count) => sum + count, taken),
      200_001,
    );
    const anew = lines.findIndex(({ reason }) => reason === 'the book begins anew');
    assert.deepEqual(
      lines.slice(anew + 1, anew + 5).map(({ op, price, last }) => [op, price, last]),
      [
        [0, 2900, false],
        [0, 2899.75, false],
        [0, 2900.25, false],
        [0, 2900.5, true],
      ],
    );
  });

  it('two charts of one instrument in one Sierra Chart: the second refuses in words, another instrument is taken', () => {
    assert.match(play('two-charts'), /^ESZ6 is captured into .* already, by another chart or program/);
    assert.deepEqual(tradesIn(linesIn(folder, 'ESZ6')), [1]);
    assert.deepEqual(tradesIn(linesIn(folder, 'NQZ6')), [3]);
  });

  it('a segment that somebody removes while it grows: named, and the book whole in the next one', () => {
    play('removed-segment');
    const lines = linesIn(folder);
    assert.deepEqual(
      lines.slice(0, 3).map(({ kind, seq, reason }) => [kind, seq, reason]),
      [
        ['gap', 6, 'somebody removed the segment that grew: its lines are lost'],
        ['reset', 7, 'the book begins anew'],
        ['depth', 8, undefined],
      ],
    );
  });

  it('a segment that was left open and damaged anywhere: cut to whole lines, nothing else of it changed', () => {
    for (let round = 0; round < 60; round++) {
      const before = segmentsIn(folder);
      play('one-trade');
      const newest = path.join(folder, segmentsIn(folder).find((file) => !before.includes(file))!);
      const bytes = readFileSync(newest);
      const cutAt = Math.floor(Math.random() * (bytes.length + 1));
      const rubbish = [
        Buffer.alloc(0),
        Buffer.alloc(70_000),
        Buffer.from('{"kind":"trade","seq":99999999999999999999}\n'),
      ];
      writeFileSync(`${newest}.open`, Buffer.concat([bytes.subarray(0, cutAt), rubbish[round % rubbish.length]!]));
      rmSync(newest);
      play('one-trade');
      const whole = bytes.subarray(0, bytes.subarray(0, cutAt).lastIndexOf('\n') + 1);
      if (whole.length === 0) assert.ok(!existsSync(newest) || round % rubbish.length === 2);
      else assert.deepEqual(readFileSync(newest).subarray(0, whole.length), whole);
      const numbers = segmentsIn(folder).flatMap((file) => linesOf(path.join(folder, file)).map(({ seq }) => seq));
      const known = numbers.filter((seq) => seq !== undefined && seq < 1e15);
      assert.ok(
        known.every((seq, index) => index === 0 || seq > known[index - 1]!),
        known.join(),
      );
    }
  });

  it('prices and tick sizes in 32-bit floats: the decimals that are meant, and no tick beside them', () => {
    play('floats');
    const seen = segmentsIn(folder).map((file) => {
      const [header, , trade, gap] = linesOf(path.join(folder, file)) as (CapturedLine & Record<string, unknown>)[];
      assert.equal(gap!.kind, 'gap');
      return [header!.instrument, header!.tickSize, header!.multiplier, trade!.price];
    });
    assert.deepEqual(seen.sort(), [
      ['6EZ6', 0.00005, 200_000, 1.08345],
      ['6JZ6', 0.0000005, 20_000_000, 0.0067125],
      ['CLK0', 0.01, 1000, -37.63],
      ['CLZ6', 0.01, 1000, 61.37],
      ['GCZ6', 0.1, 100, 4107.3],
      ['ZNZ6', 0.015625, 640, 112.265625],
    ]);
  });
});
