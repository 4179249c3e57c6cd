import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import { recentDays } from '../../cli/capture/recent-days.js';
import { type DayRecord, DayRecords } from '../../research/ingest/day-record.js';
import { receivePlaces } from '../../research/receive/receive-places.js';
import { MarketStore } from '../../research/store/market-store.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { parseBatchFile } from '../../shared/contract/batch-stream.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { readBatch } from '../../shared/contract/sealed-batch.js';
import { connectClient } from '../../temporal/client.js';
import { pause } from '../ship/running-stack.js';
import { type Running, TestHome } from '../ship/test-home.js';

/** Trade dates that turn every ten seconds, with little market in each. */
const SETTINGS = {
  BELIEVE_UPLOAD_ENABLED: 'true',
  BELIEVE_UPLOAD_JOURNAL_EVERY_SECONDS: '2',
  // What the broker has is compared with what research has.
  BELIEVE_UPLOAD_RETENTION_DAYS: '365',
  BELIEVE_CLOCK_SPEED: '10',
  BELIEVE_CLOCK_BEFORE_OPEN_SECONDS: '40',
  BELIEVE_CLOCK_AFTER_OPEN_SECONDS: '60',
  BELIEVE_INPUT_DAYS: '8',
  BELIEVE_INPUT_MINUTES_PER_DAY: '5',
  BELIEVE_INPUT_BAR_DAYS: '40',
  BELIEVE_SCHEDULE_ENABLED: 'false',
};
const PROCESSES = ['bridge', 'broker', 'receiver', 'research', 'releases', 'orchestrator', 'temporal'] as const;

describe('the way back in the whole set-up', function () {
  this.timeout(400_000);
  let testHome: TestHome;
  let up: Running;
  let client: Client;
  let places: ReturnType<typeof homePlaces>;
  let days: DayRecords;

  before(async () => {
    testHome = await TestHome.open(SETTINGS, { gate: { testRowsMin: 20 } });
    places = homePlaces(testHome.home);
    days = new DayRecords(places.research.store);
    up = testHome.start('up', '--approve', 'small market', '--by', 'test');
    await up.until(/Web UI/);
    client = await connectClient({ address: testHome.temporalAddress, namespace: 'believe' });
  });
  after(async () => {
    await client?.connection.close();
    await testHome?.close();
  });

  const untilDays = async (count: number) => {
    const endMs = Date.now() + 240_000;
    while (days.all().length < count) {
      assert.ok(Date.now() < endMs, `${days.all().length} of ${count} days came home`);
      await pause(500);
    }
  };
  const pidOf = (name: string) => Number.parseInt(readFileSync(path.join(places.run, `${name}.pid`), 'utf8'), 10);

  it('brings each played session into the store by itself, as it was captured, and says so', async () => {
    await untilDays(2);
    for (const day of days.all()) assertSameAsCaptured(day);
    await up.until(/ESZ5 \d{4}-\d\d-\d\d: \d+ events in \d+ batch(es)? are in the store/);
    assert.ok(
      days.all().every(({ synthetic }) => synthetic),
      'what the simulator plays is SYNTHETIC in the store too',
    );
  });

  it('loses and doubles nothing whichever process is killed', async () => {
    for (const name of PROCESSES) {
      const before = days.all().length;
      process.kill(pidOf(name), 'SIGKILL');
      await untilDays(before + 1);
    }
    const all = days.all();
    for (const day of all) assertSameAsCaptured(day);
    assert.deepEqual(readdirSync(receivePlaces(places.receiver.folder).quarantine), [], 'nothing was set aside');
    const dates = capturedDates().slice(0, all.length);
    assert.deepEqual(
      all.map(({ tradeDate }) => tradeDate),
      dates,
      'every trade date, in order',
    );
  });

  it('has sent the journals of days that are over, to the last line', async () => {
    const orders = receivedFiles('orders');
    const closed = capturedDates().slice(0, 2);
    const sent = [...orders.keys()].filter((name) => closed.some((date) => name.includes(date)));
    assert.ok(sent.length > 0, [...orders.keys()].join());
    for (const name of sent)
      assert.equal(orders.get(name)!.text, readFileSync(path.join(places.broker.journal, name), 'utf8'), name);
    const rows = (await recentDays(client, 100)).filter(({ workflowId }) => workflowId.startsWith('journal/'));
    assert.ok(
      rows.some(({ state }) => state === 'Done'),
      JSON.stringify(rows),
    );
  });

  it('changes nothing when a day is brought home again', async () => {
    const [day] = days.all();
    const { code, stdout, stderr } = await testHome.believe('capture', 'run', '--date', day!.tradeDate, '--json');
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { events: number }).events, day!.events);
    assert.deepEqual(days.find(day!.stream, day!.tradeDate)!.imports, day!.imports);
  });

  it('lets an operator see and try the road, and decide what was set aside', async () => {
    const tried = await testHome.believe('path', 'test', '--json');
    assert.equal(tried.code, 0, tried.stdout + tried.stderr);
    const listed = async () => {
      const { stdout } = await testHome.believe('path', 'quarantine', 'ls', '--json');
      return (JSON.parse(stdout) as { setAside: { id: string; reason: string; names: string[] }[] }).setAside;
    };
    const endMs = Date.now() + 60_000;
    while ((await listed()).length === 0) assert.ok(Date.now() < endMs, 'the file that was tried is never set aside');
    const [aside] = await listed();
    assert.deepEqual([aside!.reason, aside!.names], ['unknown-file', ['believe-path-test.zst']]);
    const shown = await testHome.believe('path', 'quarantine', 'show', aside!.id);
    assert.match(shown.stdout, /it is no file of a batch/);
    assert.equal((await testHome.believe('path', 'quarantine', 'drop', aside!.id, '--reason', 'a trial')).code, 0);
    assert.deepEqual(await listed(), []);
    const unknown = await testHome.believe('path', 'quarantine', 'show', 'no-such-id');
    assert.deepEqual([unknown.code, /nothing is set aside as no-such-id/.test(unknown.stderr)], [1, true]);
    const { stdout } = await testHome.believe('path', 'status', '--json');
    const { broker, receiver } = JSON.parse(stdout) as {
      broker: { streams: object[] };
      receiver: { batchesTaken: number };
    };
    assert.ok(broker.streams.length >= 4 && receiver.batchesTaken > 0, stdout);
  });

  /** What was imported is what the bridge captured: every segment, once, to the byte. */
  function assertSameAsCaptured({ instrument, tradeDate, stream, imports, batches }: DayRecord): void {
    const { catalogue } = new MarketStore(places.research.store);
    const names = batches.flatMap(({ files }) => files);
    const segments = segmentNames().filter((name) => name.includes(`${instrument}-${tradeDate}-`));
    assert.deepEqual([...names].sort(), segments, tradeDate);
    const received = receivedFiles(stream);
    for (const [index, name] of names.entries()) {
      const { text, packedSha256 } = received.get(name)!;
      assert.equal(text, readFileSync(path.join(places.broker.capture, name), 'utf8'), name);
      const record = catalogue.find(imports[index]!)!;
      assert.equal(record.source.sha256, packedSha256, name);
      assert.equal(record.rejected, 0);
      // A header, and a line for each event, reset or gap.
      assert.equal(rowsOf(record.read), text.split('\n').length - 2, name);
    }
  }

  function segmentNames(): string[] {
    return readdirSync(places.broker.capture)
      .filter((name) => parseSegmentFile(name)?.open === false)
      .sort();
  }

  function capturedDates(): string[] {
    return [...new Set(segmentNames().map((name) => parseSegmentFile(name)!.tradeDate))].sort();
  }

  /** What the receiver has of a stream, by the broker's name of each file. */
  function receivedFiles(stream: string): Map<string, { text: string; packedSha256: string }> {
    const found = new Map<string, { text: string; packedSha256: string }>();
    const folder = receivePlaces(places.receiver.folder).batches({ stream, epoch: 1 });
    for (const name of readdirSync(folder).sort()) {
      if (parseBatchFile(name)?.kind !== 'envelope') continue;
      const { predicate } = readBatch(readFileSync(path.join(folder, name)));
      for (const file of predicate.kind === 'data' ? predicate.files : []) {
        const part = zstdDecompressSync(readFileSync(path.join(folder, file.packed.name))).toString();
        const text = (found.get(file.name)?.text ?? '') + part;
        found.set(file.name, { text, packedSha256: file.packed.sha256 });
      }
    }
    return found;
  }
});

function rowsOf(read: Readonly<Record<string, number>>): number {
  return Object.values(read).reduce((sum, count) => sum + count, 0);
}
