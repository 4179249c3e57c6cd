import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CaptureWriter } from '../../bridge/capture/capture-writer.js';
import { ReceiveClock } from '../../bridge/capture/receive-clock.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { depthChange } from './depth-change.js';
import { jsonLines } from './rig.js';

const START_MS = Date.parse('2026-01-05T15:00:00Z');

describe('capture', () => {
  let folder: string;
  let gaps: number;
  let troubles: (Error | null)[];
  let tradeDate: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-capture-'));
    gaps = 0;
    troubles = [];
    tradeDate = '2026-01-05';
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const writer = (limits: { sizeBytesMax?: number; ageMsMax?: number; pendingBytesMax?: number } = {}, into = folder) =>
    new CaptureWriter({
      folder: into,
      header: { kind: 'header', v: 1, source: 'ib', instrument: 'ESH6', tickSize: 0.25, multiplier: 50, levels: 10 },
      clock: new ReceiveClock(fixedClock()),
      tradeDateOf: () => tradeDate,
      limits: { sizeBytesMax: 1e9, ageMsMax: 1e9, pendingBytesMax: 1e9, ...limits },
      onTrouble: (error) => troubles.push(error),
      onGap: () => gaps++,
    });
  const files = () =>
    readdirSync(folder)
      .filter((file) => file.startsWith('dom_ib'))
      .sort();
  const lines = () =>
    files().flatMap((file) => jsonLines(path.join(folder, file)).filter(({ kind }) => kind !== 'header'));

  it('writes files that the readers of the store take, in order, with one numbering', async () => {
    const capture = writer();
    capture.mark('reset', 'subscribed', 0);
    for (let i = 0; i < 1000; i++) capture.depth(i, depthChange(i % 3, i % 2, i % 10, 2900 + i / 4, i));
    capture.trade(2000, 2900.25, 3);
    await capture.close();
    assert.deepEqual(files(), ['dom_ib-ESH6-2026-01-05-1.jsonl']);
    const depthFile = await openDepthFile(path.join(folder, files()[0]!));
    let seq = 0;
    for await (const batch of depthFile.batches())
      for (let i = 0; i < batch.length; i++) assert.equal(batch.seq[i], ++seq);
    assert.equal(seq, 1002);
    assert.equal(depthFile.header.tradeDate, '2026-01-05');
  });

  it('closes a segment by size and begins a new one for each trade date, and goes on numbering after a restart', async () => {
    let capture = writer({ sizeBytesMax: 10_000 });
    for (let i = 0; i < 300; i++) {
      capture.depth(i, depthChange(1, 1, 0, 2900, i));
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    tradeDate = '2026-01-06';
    capture.depth(61e9, depthChange(1, 1, 0, 2900, 1));
    await capture.close();
    const first = files();
    assert.ok(first.length >= 3, first.join());
    assert.ok(first.includes('dom_ib-ESH6-2026-01-06-1.jsonl'));
    capture = writer();
    assert.equal(capture.depth(122e9, depthChange(1, 1, 0, 2900, 1)), 302);
    await capture.close();
    assert.ok(files().includes('dom_ib-ESH6-2026-01-06-2.jsonl'));
    const numbers = lines().map(({ seq }) => seq as number);
    assert.equal(new Set(numbers).size, 302);
  });

  it('never gives a number again, also where closed segments were shipped and removed', async () => {
    const capture = writer();
    for (let i = 0; i < 5; i++) capture.depth(i, depthChange(1, 1, 0, 2900, i));
    await capture.close();
    for (const file of files()) rmSync(path.join(folder, file));
    const next = writer();
    assert.equal(next.depth(9, depthChange(1, 1, 0, 2900, 1)), 6);
    await next.close();
    assert.deepEqual(files(), ['dom_ib-ESH6-2026-01-05-2.jsonl']);
  });

  it('turns a torn last line into a recorded gap and gives the file its final name', async () => {
    const capture = writer();
    for (let i = 0; i < 5; i++) capture.depth(i, depthChange(1, 1, 0, 2900, i));
    await capture.close();
    const closed = path.join(folder, files()[0]!);
    const torn = `${closed.replace('-1.jsonl', '-2.jsonl')}.open`;
    appendFileSync(torn, `${readFileSync(closed, 'utf8').replaceAll('"seq":', '"seq":1')}{"kind":"depth","ts":"17`);
    const next = writer();
    assert.equal(next.lastSeq, 16);
    next.depth(9, depthChange(1, 1, 0, 2900, 1));
    await next.close();
    const repaired = jsonLines(path.join(folder, 'dom_ib-ESH6-2026-01-05-2.jsonl'));
    assert.match(String(repaired.at(-1)?.reason), /24 bytes of a torn line were cut/);
    assert.equal(repaired.at(-1)?.kind, 'gap');
    assert.deepEqual(jsonLines(path.join(folder, 'dom_ib-ESH6-2026-01-05-3.jsonl')).at(-1)?.seq, 17);
  });

  it('goes on in the newest trade date after a restart on a clock that was set back', async () => {
    for (const date of ['2026-01-05', '2026-01-06', '2026-01-05']) {
      tradeDate = date;
      const capture = writer();
      capture.depth(0, depthChange(0, 0, 0, 2900, 1));
      await capture.close();
    }
    assert.deepEqual(
      files(),
      ['05-1', '06-1', '06-2'].map((name) => `dom_ib-ESH6-2026-01-${name}.jsonl`),
    );
    assert.deepEqual(
      lines().map(({ seq }) => seq),
      [1, 2, 3],
    );
  });

  it('leaves no file that no reader could take where it was killed before the header was whole', async () => {
    for (const left of ['', '{"kind":"hea']) {
      writeFileSync(path.join(folder, 'dom_ib-ESH6-2026-01-05-7.jsonl.open'), left);
      await writer().close();
      assert.deepEqual(files(), []);
    }
  });

  it('says so when the disk refuses, keeps what it can, and records what it had to drop', async () => {
    const gone = path.join(folder, 'gone');
    const capture = writer({ pendingBytesMax: 2000 }, gone);
    rmSync(gone, { recursive: true });
    for (let i = 0; i < 100; i++) capture.depth(i, depthChange(1, 1, 0, 2900, i));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(troubles[0] instanceof Error);
    const { mkdirSync } = await import('node:fs');
    mkdirSync(gone);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    assert.equal(troubles.at(-1), null);
    capture.depth(200, depthChange(1, 1, 0, 2900, 1));
    await capture.close();
    const written = jsonLines(path.join(gone, 'dom_ib-ESH6-2026-01-05-1.jsonl')).filter(
      ({ kind }) => kind !== 'header',
    );
    const gap = written.find(({ kind }) => kind === 'gap');
    const dropped = Number(/(\d+) lines/.exec(String(gap?.reason))?.[1]);
    assert.equal(written.filter(({ kind }) => kind === 'depth').length + dropped, 101);
    assert.equal(gaps, 1);
  });
});

describe('receive clock', () => {
  it('never runs backwards, and reports a step of the market clock', () => {
    let nowMs = START_MS;
    const steps: number[] = [];
    const clock = new ReceiveClock({ ...fixedClock(), nowMs: () => nowMs });
    clock.onStep = (stepMs) => steps.push(stepMs);
    const first = clock.stampNs();
    nowMs -= 3_600_000;
    waitMs(300);
    const second = clock.stampNs();
    assert.ok(second >= first);
    assert.equal(steps.length, 1);
    assert.ok(Math.abs(steps[0]! + 3_600_000) < 5000);
    nowMs += 2 * 3_600_000;
    waitMs(300);
    assert.ok(clock.stampNs() > second + 3_000_000e6);
    assert.equal(steps.length, 2);
  });
});

function fixedClock(): MarketClock {
  const began = performance.now();
  const nowMs = () => START_MS + performance.now() - began;
  return { nowMs, marketMsAt: (wallMs) => wallMs, wallMsAt: (marketMs) => marketMs };
}

function waitMs(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
