import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { equityIndexCalendar } from '../../shared/market/calendar/cme-calendar.js';
import { type CapturedLine, linesIn, linesOf, runsOf, segmentsIn } from './captured.js';
import { sampleLines, writeHostEvents } from './sample-events.js';
import { SmallFileSystem } from './small-file-system.js';
import { PLATFORMS, platformFor } from './study-host.js';
import { show, skipped } from './test-title.js';
import { toldBy } from './told.js';

const ODD_NAME = 'größe 数据 ñ';

describe('bounds of the study', function () {
  this.timeout(300_000);
  let folder: string;
  let events: string;
  let stop: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-study-'));
    events = writeHostEvents(path.join(folder, 'events.txt'), sampleLines().slice(0, 2000));
    stop = path.join(folder, 'stop');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const { name, find } of PLATFORMS) {
    it(`${name}: a folder whose name has other letters than ASCII`, async function () {
      const platform = await platformFor(this, find);
      const out = path.join(folder, ODD_NAME, 'capture');
      await platform.start({ events, folder: out, instrument: 'ESU9' }).end();
      assert.deepEqual(readdirSync(path.join(folder, ODD_NAME)), ['capture']);
      assert.deepEqual(toldBy(linesIn(out)), toldBy(sampleLines().slice(0, 2000)));
    });

    it(`${name}: two charts, in two programs and in one: one writes, the other says why it does not`, async function () {
      const platform = await platformFor(this, find);
      const out = path.join(folder, 'capture');
      const first = platform.start({ events, folder: out, instrument: 'ESU9', charts: 2, until: stop });
      await first.until((line) => line.includes('captures ESU9'));
      const second = platform.start({ events, folder: out, instrument: 'ESU9', until: stop });
      const refused = /^log \d: T29 capture: ESU9 is captured into .* already/;
      await second.until((line) => refused.test(line));
      await first.until((line) => refused.test(line));
      writeFileSync(stop, '');
      assert.equal((await second.end()).length, 1);
      const inOne = await first.end();
      assert.equal(inOne.filter((line) => refused.test(line)).length, 1);
      assert.equal(runsOf(linesIn(out)).length, 1);
      assert.deepEqual(toldBy(linesIn(out)), toldBy(sampleLines().slice(0, 2000)));
    });
  }

  it('a quiet market: a segment is closed when it is old enough, with nothing new', async function () {
    const platform = await platformFor(this, PLATFORMS[0].find);
    const out = path.join(folder, 'capture');
    const host = platform.start({ events, folder: out, instrument: 'ESU9', segmentSeconds: 1, until: stop });
    await host.until((line) => line.startsWith('round'));
    while (segmentsIn(out).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(stop, '');
    await host.end();
    assert.equal(segmentsIn(out).length, 1);
  });

  describe('a full disk', () => {
    let disk: SmallFileSystem | string | undefined;
    let out: string;
    beforeEach(function () {
      out = path.join(folder, 'small');
      disk = SmallFileSystem.mount(out, 24);
      if (typeof disk === 'string') return skipped(this, disk);
    });
    afterEach(() => {
      if (disk instanceof SmallFileSystem) disk.unmount();
    });

    async function playUntilRefused(context: Mocha.Context) {
      const platform = await platformFor(context, PLATFORMS[0].find);
      const all = writeHostEvents(path.join(folder, 'all.txt'));
      const options = { events: all, folder: out, instrument: 'ESU9', segmentKib: 200, pace: 40_000 };
      const host = platform.start({ ...options, rounds: 1000, until: stop });
      await host.until((line) => line.includes('captures'));
      (disk as SmallFileSystem).fill();
      await host.until((line) => line.includes('it is tried again'));
      // Nothing torn has a final name.
      for (const file of segmentsIn(out)) linesOf(path.join(out, file));
      return { platform, host };
    }

    it('that gets room again: numbers without a hole, a gap with the count, and the book whole', async function () {
      const { host } = await playUntilRefused(this);
      // More events than the ring holds.
      for (const before = host.rounds; host.rounds < before + 2; )
        await new Promise((resolve) => setTimeout(resolve, 20));
      (disk as SmallFileSystem).makeRoom();
      await host.until((line) => line.includes('the disk takes lines again'));
      writeFileSync(stop, '');
      await host.end();
      const lines = linesIn(out);
      assertNumbered(lines);
      const gap = lines.findIndex(({ kind }) => kind === 'gap');
      assert.match(lines[gap]!.reason, /^the writer could not keep up: \d+ trades and \d+ books were not recorded$/);
      assert.ok(lines.slice(gap).some(({ reason }) => reason === 'the book begins anew'));
      assert.equal(toldBy(lines).at(-1), toldBy(sampleLines()).at(-1));
      show(this, lines[gap]!.reason);
    });

    it('until the chart closes: it waits some seconds, and the next run goes on where the files end', async function () {
      const { host, platform } = await playUntilRefused(this);
      writeFileSync(stop, '');
      await host.end();
      for (const file of segmentsIn(out)) linesOf(path.join(out, file));
      (disk as SmallFileSystem).makeRoom();
      await platform.start({ events, folder: out, instrument: 'ESU9' }).end();
      const lines = linesIn(out);
      assertNumbered(lines);
      const runs = runsOf(lines);
      assert.equal(runs.length, 2);
      const told = toldBy(runs[0]!);
      assert.deepEqual(told, toldBy(sampleLines()).slice(0, told.length));
    });
  });

  it('a folder that holds what is not ours, or damaged: nothing of it is touched, numbering goes on above it', async function () {
    const platform = await platformFor(this, PLATFORMS[0].find);
    const out = path.join(folder, 'capture');
    mkdirSync(out);
    const today = equityIndexCalendar.tradeDateOf(Date.now());
    const odd = {
      [`t29-ESU9-${today}-7.jsonl`]: 'no line of ours',
      [`t29-ESU9-${today}-9.jsonl.gz`]: '\u001f\u008b packed',
      [`t29-ESU9-${today}-8.jsonl.open`]: `{"kind":"header"}\n${'\0'.repeat(100_000)}\n{"kind":"tra`,
      [`t29-ESU9-${today}-5.jsonl.open`]: '{"kind":"hea',
      [`dom_ib-ESU9-${today}-3.jsonl.open`]: '{"kind":"hea',
      'position-ESU9.json': 'the bridge has this one',
    };
    for (const [file, text] of Object.entries(odd)) writeFileSync(path.join(out, file), text);
    await platform.start({ events, folder: out, instrument: 'ESU9' }).end();
    const names = readdirSync(out);
    assert.equal(readFileSync(path.join(out, `t29-ESU9-${today}-8.jsonl`), 'utf8'), '{"kind":"header"}\n');
    assert.ok(!names.includes(`t29-ESU9-${today}-5.jsonl.open`));
    for (const file of [`t29-ESU9-${today}-7.jsonl`, `dom_ib-ESU9-${today}-3.jsonl.open`, 'position-ESU9.json'])
      assert.equal(readFileSync(path.join(out, file), 'utf8'), odd[file]);
    assert.ok(names.includes(`t29-ESU9-${today}-10.jsonl`), names.join());
  });
});

function assertNumbered(lines: readonly CapturedLine[]): void {
  for (const [index, { seq }] of lines.entries()) assert.equal(seq, index + 1);
}
