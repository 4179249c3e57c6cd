import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { linesIn, runsOf, segmentsIn } from './captured.js';
import { sampleLines, writeHostEvents } from './sample-events.js';
import { PLATFORMS, type Platform, platformFor } from './study-host.js';
import { show } from './test-title.js';
import { toldBy } from './told.js';

const KILLS = { native: 50, wine: 10 };
const UP_TO_MS = 150;
const CRASH = /^the study ended without closing this file; \d+ bytes of a torn line were cut$/;

describe('a study that is killed at any moment', function () {
  this.timeout(300_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-study-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const { name, find } of PLATFORMS)
    it(`${name}: loses nothing that was closed, numbers on, and names the gap, ${KILLS[name]} times`, async function () {
      const platform = await platformFor(this, find);
      const out = path.join(folder, 'capture');
      const events = writeHostEvents(path.join(folder, 'events.txt'));
      const closed = new Map<string, string>();
      for (let kill = 0; kill < KILLS[name]; kill++) {
        await playAndKill(platform, events, out);
        rememberClosed(out, closed);
      }
      await platform.start({ events, folder: out, instrument: 'ESU9', segmentKib: 64 }).end();
      rememberClosed(out, closed);
      show(this, assertWhole(out));
    });
});

async function playAndKill(platform: Platform, events: string, folder: string): Promise<void> {
  const host = platform.start({ events, folder, instrument: 'ESU9', segmentKib: 64, pace: 40_000, flushMs: 20 });
  await host.until((line) => line === 'playing');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * UP_TO_MS));
  await host.kill();
}

/** What has its final name never changes. */
function rememberClosed(folder: string, closed: Map<string, string>): void {
  const files = segmentsIn(folder);
  for (const file of files) {
    const hash = createHash('sha256')
      .update(readFileSync(path.join(folder, file)))
      .digest('hex');
    assert.equal(closed.get(file) ?? hash, hash, `${file} changed`);
    closed.set(file, hash);
  }
  for (const file of closed.keys()) assert.ok(files.includes(file), `${file} was lost`);
}

/** One numbering without a hole; each run tells a beginning of the sample, and then that it was killed. */
function assertWhole(folder: string): string {
  const lines = linesIn(folder);
  for (const [index, { seq }] of lines.entries()) assert.equal(seq, index + 1);
  const sample = toldBy(sampleLines());
  const runs = runsOf(lines);
  assert.deepEqual(toldBy(runs.at(-1)!), sample);
  let crashes = 0;
  for (const run of runs) {
    const told = toldBy(run);
    assert.deepEqual(told, sample.slice(0, told.length));
    const gaps = run.filter(({ kind }) => kind === 'gap');
    for (const gap of gaps) assert.match(gap.reason, CRASH);
    assert.ok(gaps.length <= 1 && (gaps.length === 0 || run.at(-1) === gaps[0]));
    crashes += gaps.length;
  }
  assert.ok(crashes > 0);
  return `${runs.length} runs wrote, ${crashes} of them left a segment open, ${lines.length} lines`;
}
