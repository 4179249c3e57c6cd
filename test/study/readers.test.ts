import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  formatBreakLine,
  formatDepthLine,
  formatHeaderLine,
  formatTradeLine,
} from '../../shared/market/events/depth-line.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { type CapturedLine, linesIn, segmentsIn } from './captured.js';
import { writeHostEvents } from './sample-events.js';
import { PLATFORMS, platformFor } from './study-host.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const EVENTS = 21_415;

describe('segments of the study', function () {
  this.timeout(120_000);
  let folder: string;
  let out: string;
  let files: string[];
  before(async function () {
    const platform = await platformFor(this, PLATFORMS[0].find);
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-study-'));
    out = path.join(folder, 'capture');
    const events = writeHostEvents(path.join(folder, 'events.txt'));
    await platform.start({ events, folder: out, instrument: 'ESU9', segmentKib: 1024 }).end();
    files = segmentsIn(out).map((file) => path.join(out, file));
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('are read by the reader of depth files, every line at full speed', async () => {
    const counts = { depth: 0, trades: 0, resets: 0, gaps: 0 };
    let seq = 0;
    for (const file of files) {
      const opened = await openDepthFile(file);
      assert.deepEqual(
        [opened.header.source, opened.header.instrument, opened.header.multiplier, opened.header.levels],
        ['t29', 'ESU9', 50, 10],
      );
      for await (const batch of opened.batches())
        for (let i = 0; i < batch.length; i++) assert.equal(batch.seq[i], ++seq);
      for (const name of ['depth', 'trades', 'resets', 'gaps'] as const) counts[name] += opened.counts[name];
      assert.equal(opened.counts.brokenLines, 0);
    }
    assert.deepEqual(counts, { depth: 20_577, trades: 838, resets: 1, gaps: 0 });
  });

  it('are byte for byte what the one place that writes such lines would have written', () => {
    const ours = files.map((file) => readFileSync(file, 'utf8')).join('');
    const lines = ours.split('\n').slice(0, -1);
    for (const text of lines) {
      const line = JSON.parse(text);
      assert.equal(
        `${text}\n`,
        line.kind === 'header' ? formatHeaderLine({ kind: 'header', ...line }) : formatted(line),
      );
    }
  });

  it('are imported by `believe store import`, as feed t29', () => {
    const store = path.join(folder, 'store');
    const believe = (...words: string[]) => {
      const ended = spawnSync(process.execPath, [MAIN, 'store', ...words, '--json', '--store', store], {
        encoding: 'utf8',
      });
      assert.equal(ended.status, 0, ended.stderr);
      return ended.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    const imported = believe('import', ...files);
    assert.deepEqual(
      imported.map(({ rejected }) => rejected),
      files.map(() => 0),
    );
    const [{ datasets }] = believe('ls');
    const rows = (dataset: string) =>
      datasets
        .filter((one: { dataset: string }) => one.dataset === dataset)
        .map((one: { feed: string; instrument: string; rows: number }) => [one.feed, one.instrument, one.rows]);
    assert.deepEqual(rows('ticks'), [['t29', 'ESU9', 838]]);
    assert.deepEqual(rows('mbp10'), [['t29', 'ESU9', EVENTS + 1]]);
    assert.equal(linesIn(out).length, EVENTS + 1);
  });
});

function formatted(line: CapturedLine): string {
  const { kind, ts, seq, op, side, position, price, size, last, aggressor, reason } = line;
  if (kind === 'depth') return formatDepthLine(ts, seq, op, side, position, price, size, last);
  if (kind === 'trade') return formatTradeLine(ts, seq, price, size, aggressor as 'buy' | 'sell' | null);
  return formatBreakLine(kind as 'reset' | 'gap', ts, seq, reason);
}
