import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { BadInput } from '../../shared/failure.js';
import {
  formatBreakLine,
  formatDepthLine,
  formatEventLine,
  formatHeaderLine,
  formatTradeLine,
} from '../../shared/market/events/depth-line.js';
import { type DepthReadOptions, openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { batchesOf, eventsOf, type TestEvent } from '../market/event.js';
import { randomMarket } from '../market/random-market.js';
import { ES_SAMPLE, unpacked } from '../market/sample-file.js';

const HEADER = formatHeaderLine({
  kind: 'header',
  v: 1,
  instrument: 'ESU9',
  tickSize: 0.25,
  multiplier: 50,
  levels: 10,
});
const T0 = 1_567_098_590_754_568_913n;

describe('the reader of depth files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-depth-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function fileOf(text: string | Buffer, name = 'x.jsonl'): string {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  async function read(
    file: string,
    options?: DepthReadOptions,
  ): Promise<{ events: (TestEvent & { seq: number })[]; counts: object }> {
    const opened = await openDepthFile(file, options);
    const events = [];
    for await (const batch of opened.batches())
      events.push(...eventsOf(batch).map((event, i) => ({ ...event, seq: batch.seq[i]! })));
    return { events, counts: opened.counts };
  }

  it('finds the 20,577 depth operations and 838 trades of the real sample', async () => {
    const { counts } = await read(ES_SAMPLE);
    assert.deepEqual(counts, { depth: 20_577, trades: 838, resets: 0, gaps: 0, brokenLines: 0, brokenExamples: [] });
  });

  it('says of every line of the real sample what JSON.parse says, to the nanosecond and the tick', async () => {
    const { events } = await read(ES_SAMPLE);
    const lines = unpacked(ES_SAMPLE).trim().split('\n').slice(1);
    assert.equal(events.length, lines.length);
    for (const [i, line] of lines.entries()) {
      const expected = JSON.parse(line) as Record<string, unknown>;
      const event = events[i]!;
      assert.equal(event.kind, expected.kind);
      assert.equal(event.tsNs, BigInt(expected.ts as string));
      assert.equal(event.priceTicks! * 0.25, expected.price);
      assert.equal(event.size, expected.size);
      assert.equal(event.seq, i);
      if (expected.kind === 'trade') assert.equal(event.side, expected.aggressor === 'buy' ? 1 : 0);
      else
        assert.deepEqual(
          [event.operation, event.side, event.position, event.last],
          [expected.op, expected.side, expected.position, expected.last],
        );
    }
  });

  it('gives the same events for any batch size, for gzip, CRLF and a missing last line end', async () => {
    const text = unpacked(ES_SAMPLE).split('\n').slice(0, 3000).join('\n');
    const expected = (await read(fileOf(text))).events;
    assert.equal(expected.length, 2999);
    for (const batchEvents of [2, 7, 1000])
      assert.deepEqual((await read(fileOf(`${text}\n`), { batchEvents })).events, expected);
    assert.deepEqual((await read(fileOf(gzipSync(text), 'x.jsonl.gz'))).events, expected);
    assert.deepEqual((await read(fileOf(text.replaceAll('\n', '\r\n')))).events, expected);
  });

  it('reads lines in any other JSON shape as JSON.parse does', async () => {
    const text = unpacked(ES_SAMPLE).split('\n').slice(0, 500);
    const spaced = text.map((line) => JSON.stringify(JSON.parse(line), null, 1).replaceAll('\n', ' '));
    assert.deepEqual((await read(fileOf(spaced.join('\n')))).events, (await read(fileOf(text.join('\n')))).events);
  });

  it('reads back what the writer writes, whatever the tick size', async () => {
    for (const tickSize of [0.25, 0.01, 0.00005, 0.015625, 5, 5e-7]) {
      const header = formatHeaderLine({ kind: 'header', v: 1, instrument: 'X', tickSize, multiplier: 1, levels: 10 });
      const written = randomMarket(7, 3000);
      const source = await openDepthFile(fileOf(header));
      const lines = batchesOf(written).flatMap((batch) =>
        Array.from({ length: batch.length }, (_, i) => formatEventLine(batch, i, source.scale)),
      );
      const { events } = await read(fileOf(header + lines.join('')));
      const normal = ({
        kind,
        tsNs,
        operation = 0,
        side = 2,
        position = 0,
        priceTicks = 0,
        size = 0,
        last = true,
      }: TestEvent) => ({
        kind,
        tsNs,
        operation,
        side,
        position,
        priceTicks,
        size,
        last,
      });
      assert.deepEqual(events.map(normal), written.map(normal));
    }
  });

  it('names the file and the line of a broken line, and why', async () => {
    const good = formatTradeLine(T0, 1, 2926, 1, 'buy');
    const cases: [string | Buffer, RegExp][] = [
      ['{"kind":"trade","ts":', /line 3.*not a JSON object/],
      [formatTradeLine(T0, 2, 2926.1, 1, 'buy'), /line 3.*2926\.1 is not a whole number of ticks of 0\.25/],
      [formatTradeLine(T0 - 1n, 2, 2926, 1, 'buy'), /line 3.*earlier than the line before/],
      [formatTradeLine(T0, 1, 2926, 1, 'buy'), /line 3.*seq: 1 follows 1/],
      [formatTradeLine(T0 + 10n ** 16n, 2, 2926, 1, 'buy'), /line 3.*more than 104 days/],
      [formatDepthLine(T0, 2, 3, 0, 0, 2926, 1, true), /line 3.*op: /],
      [formatDepthLine(T0, 2, 1, 2, 0, 2926, 1, true), /line 3.*side: /],
      [formatDepthLine(T0, 2, 1, 1, 256, 2926, 1, true), /line 3.*position: /],
      [formatTradeLine(T0, 2, 2926, 1.5, 'buy'), /line 3.*size: .*whole contracts/],
      ['{"kind":"quote","ts":"1"}', /line 3.*kind: /],
      [`\ufeff${formatTradeLine(T0, 2, 2926, 1, 'buy')}`, /line 3.*not a JSON object/],
      ['\u00a0', /line 3.*not a JSON object/],
      [
        Buffer.from(`{"kind":"gap","ts":"${T0}","seq":2,"reason":"zur\u00fcck"}`, 'latin1'),
        /line 3.*is not UTF-8 text/,
      ],
    ];
    for (const [line, expected] of cases)
      await assert.rejects(
        read(fileOf(Buffer.concat([HEADER, good, line, '\n'].map((part) => Buffer.from(part as string))))),
        (error) => {
          assert.ok(error instanceof BadInput);
          assert.match(error.message, expected);
          return true;
        },
      );
  });

  it('puts a gap in the place of broken lines where it is told to, and counts them', async () => {
    const lines = [formatTradeLine(T0, 1, 2926, 1, 'buy'), 'x\n', 'y\n', formatTradeLine(T0 + 5n, 4, 2926, 1, 'buy')];
    const { events, counts } = await read(fileOf(HEADER + lines.join('')), { onBrokenLine: 'gap' });
    assert.deepEqual(
      events.map(({ kind, seq, tsNs }) => [kind, seq, tsNs]),
      [
        ['trade', 1, T0],
        ['gap', 4, T0 + 5n],
        ['trade', 4, T0 + 5n],
      ],
    );
    const examples = [
      { line: 3, reason: 'is not a JSON object' },
      { line: 4, reason: 'is not a JSON object' },
    ];
    assert.deepEqual(counts, { depth: 0, trades: 2, resets: 0, gaps: 1, brokenLines: 2, brokenExamples: examples });
  });

  it('keeps resets and gaps as what they are', async () => {
    const lines = [formatBreakLine('reset', T0, 1, 'code 317 "x"'), formatBreakLine('gap', T0, 2, 'line\nbreak')];
    const { events } = await read(fileOf(HEADER + lines.join('')));
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['reset', 'gap'],
    );
  });

  it('refuses files that are missing, empty, without header, cut off or not text, and says which', async () => {
    const gz = gzipSync(unpacked(ES_SAMPLE));
    await assert.rejects(read(path.join(folder, 'none.jsonl')), /none\.jsonl: there is no such file/);
    await assert.rejects(read(folder), /is not a plain file but a folder/);
    await assert.rejects(read(fileOf('')), /is empty/);
    await assert.rejects(read(fileOf('hello\n')), /line 1\): is not a JSON object/);
    await assert.rejects(read(fileOf('{"kind":"header","instrument":"X","multiplier":1}\n')), /field tickSize/);
    await assert.rejects(
      read(fileOf(gz.subarray(0, gz.length >> 1), 'cut.jsonl.gz')),
      /cut\.jsonl\.gz: the gzip stream is cut off/,
    );
    await assert.rejects(read(fileOf('plain text', 'not.jsonl.gz')), /not\.jsonl\.gz: cannot be read/);
    await assert.rejects(read(fileOf(HEADER + 'x'.repeat(200_000))), /longer than 65536 bytes/);
  });

  it('stops at once when it is aborted', async () => {
    const abort = new AbortController();
    const file = await openDepthFile(fileOf(HEADER + formatTradeLine(T0, 1, 2926, 1, 'buy').repeat(3)), {
      signal: abort.signal,
      onBrokenLine: 'gap',
    });
    abort.abort(new Error('enough'));
    await assert.rejects(async () => {
      for await (const _ of file.batches());
    }, /enough|aborted/);
  });
});
