import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type CapturedLine, linesIn, segmentsIn } from './captured.js';
import { sampleLines, writeHostEvents } from './sample-events.js';
import { PLATFORMS, platformFor } from './study-host.js';
import { show } from './test-title.js';
import { toldBy } from './told.js';

describe('the study plays the real ES sample', function () {
  this.timeout(300_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-study-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const { name, find } of PLATFORMS)
    it(`${name}: every trade and the book after every change are in the segments, none different`, async function () {
      const platform = await platformFor(this, find);
      const out = path.join(folder, 'capture');
      const events = writeHostEvents(path.join(folder, 'events.txt'));
      const log = await platform.start({ events, folder: out, instrument: 'ESU9', segmentKib: 512 }).end();
      assert.match(log.join(), /captures ESU9 into/);
      assert.ok(segmentsIn(out).length >= 4);
      assert.deepEqual(
        readdirSync(out).filter((file) => file.endsWith('.open')),
        [],
      );
      const lines = linesIn(out);
      assert.deepEqual(
        lines.map(({ seq }) => seq),
        lines.map((_, index) => index + 1),
      );
      assert.deepEqual(
        lines.filter(({ kind }) => kind === 'gap' || kind === 'reset').map(({ reason }) => reason),
        ['the study begins'],
      );
      const different = differences(toldBy(sampleLines()), toldBy(lines));
      assert.equal(different, 0);
      const { identical, all } = identicalOperations(sampleLines(), lines);
      show(this, `${lines.length} lines, 0 different; ${identical} of ${all} operations are the sample's own`);
      assert.ok(identical / all > 0.99);
    });
});

function differences(expected: readonly string[], told: readonly string[]): number {
  return expected.filter((event, index) => told[index] !== event).length + Math.abs(told.length - expected.length);
}

/** Operations that are the sample's own, change by change. */
function identicalOperations(sample: readonly CapturedLine[], lines: readonly CapturedLine[]) {
  const [theirs, ours] = [operationsOf(sample), operationsOf(lines)];
  return { identical: theirs.filter((operation, index) => ours[index] === operation).length, all: theirs.length };
}

const operationsOf = (lines: readonly CapturedLine[]) =>
  lines
    .filter(({ kind }) => kind === 'depth')
    .map(({ op, side, position, price, size, last }) => [op, side, position, price, size, last].join());
