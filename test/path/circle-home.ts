import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import { type DayRecord, DayRecords } from '../../research/ingest/day-record.js';
import { MonitorFolder } from '../../research/monitor/monitor-folder.js';
import type { MonitorReport } from '../../research/monitor/report.js';
import { receivePlaces } from '../../research/receive/receive-places.js';
import { MarketStore } from '../../research/store/market-store.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { parseBatchFile } from '../../shared/contract/batch-stream.js';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import { readBatch } from '../../shared/contract/sealed-batch.js';
import { connectClient } from '../../temporal/client.js';
import { pause, SMALL_MARKET } from '../ship/running-stack.js';
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
  ...SMALL_MARKET,
};

/** The whole set-up, with a market that it captures and brings home day after day. */
export class CircleHome {
  readonly places: ReturnType<typeof homePlaces>;
  readonly days: DayRecords;
  private endedWith: string | null = null;

  private constructor(
    readonly testHome: TestHome,
    readonly up: Running,
    readonly client: Client,
  ) {
    this.places = homePlaces(testHome.home);
    this.days = new DayRecords(this.places.research.store);
    void up.ended.then(({ stderr }) => {
      this.endedWith = stderr.slice(-2000);
    });
  }

  /** @throws where the stack has ended, with its last words */
  requireUp(): void {
    if (this.endedWith !== null) throw new Error(`the stack has ended: ${this.endedWith}`);
  }

  static async open(settings: Record<string, string> = {}): Promise<CircleHome> {
    const testHome = await TestHome.open({ ...SETTINGS, ...settings }, { gate: { testRowsMin: 20 } });
    try {
      const up = testHome.start('up', '--approve', 'small market', '--by', 'test');
      await up.until(/Web UI/);
      const client = await connectClient({ address: testHome.temporalAddress, namespace: 'believe' });
      return new CircleHome(testHome, up, client);
    } catch (error) {
      await testHome.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.connection.close();
    await this.testHome.close();
  }

  async untilDays(count: number): Promise<void> {
    const endMs = Date.now() + 240_000;
    while (this.days.all().length < count) {
      this.requireUp();
      assert.ok(Date.now() < endMs, `${this.days.all().length} of ${count} days came home`);
      await pause(500);
    }
  }

  /** The reports of so many dates on which a model has decided, and of those before. */
  async untilMonitored(count: number): Promise<MonitorReport[]> {
    const reports = new MonitorFolder(this.places.research.monitor);
    const endMs = Date.now() + 240_000;
    for (;;) {
      this.requireUp();
      const seen = reports.before('ESZ5', '9999-12-31', 100);
      if (seen.filter(({ parity }) => parity.logged > 0).length >= count) return seen;
      assert.ok(Date.now() < endMs, `${seen.length} days were monitored`);
      await pause(500);
    }
  }

  /** What was imported is what the bridge captured: every segment, once, to the byte. */
  assertSameAsCaptured({ instrument, tradeDate, stream, imports, batches }: DayRecord): void {
    const { catalogue } = new MarketStore(this.places.research.store);
    const names = batches.flatMap(({ files }) => files);
    const segments = this.segmentNames().filter((name) => name.includes(`${instrument}-${tradeDate}-`));
    assert.deepEqual([...names].sort(), segments, tradeDate);
    const received = this.receivedFiles(stream);
    for (const [index, name] of names.entries()) {
      const { text, packedSha256 } = received.get(name)!;
      assert.equal(text, readFileSync(path.join(this.places.broker.capture, name), 'utf8'), name);
      const record = catalogue.find(imports[index]!)!;
      assert.equal(record.source.sha256, packedSha256, name);
      assert.equal(record.rejected, 0);
      // A header, and a line for each event, reset or gap.
      assert.equal(rowsOf(record.read), text.split('\n').length - 2, name);
    }
  }

  /** Every trade date that is over came home, in order, each once; and nothing was set aside on the way. */
  assertNoneIsMissing(): void {
    assert.deepEqual(readdirSync(receivePlaces(this.places.receiver.folder).quarantine), [], 'nothing was set aside');
    const home = this.days.all().map(({ tradeDate }) => tradeDate);
    assert.deepEqual(home, this.capturedDates().slice(0, home.length));
  }

  /** What the order journals of these trade dates hold is at research, to the last line. */
  assertJournalsCame(tradeDates: readonly string[]): void {
    const orders = this.receivedFiles('orders');
    const sent = [...orders.keys()].filter((name) => tradeDates.some((date) => name.includes(date)));
    assert.ok(sent.length > 0, [...orders.keys()].join());
    for (const name of sent)
      assert.equal(orders.get(name)!.text, readFileSync(path.join(this.places.broker.journal, name), 'utf8'), name);
  }

  private segmentNames(): string[] {
    return readdirSync(this.places.broker.capture)
      .filter((name) => parseSegmentFile(name)?.open === false)
      .sort();
  }

  capturedDates(): string[] {
    return [...new Set(this.segmentNames().map((name) => parseSegmentFile(name)!.tradeDate))].sort();
  }

  /** What the receiver has of a stream, by the broker's name of each file. */
  private receivedFiles(stream: string): Map<string, { text: string; packedSha256: string }> {
    const found = new Map<string, { text: string; packedSha256: string }>();
    const folder = receivePlaces(this.places.receiver.folder).batches({ stream, epoch: 1 });
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
}

function rowsOf(read: Readonly<Record<string, number>>): number {
  return Object.values(read).reduce((sum, count) => sum + count, 0);
}
