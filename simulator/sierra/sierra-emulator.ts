import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { Side } from '../../shared/market/events/event-batch.js';
import { tickScaleOf } from '../../shared/market/events/tick-scale.js';
import { DepthCommand, END_OF_BATCH } from '../../shared/market/sierra/depth-record.js';
import { DEPTH, SCID } from '../../shared/market/sierra/sierra-file.js';
import type { Market, MarketListener } from '../market/market.js';
import { BookChanges, type LevelChange } from './book-changes.js';
import { RecordFile } from './record-file.js';
import { SierraClock } from './sierra-clock.js';

export interface EmulatorOptions {
  /** Sierra Chart's data folder. */
  readonly folder: string;
  readonly symbol: string;
  readonly market: Market;
  readonly clock: Pick<MarketClock, 'nowMs'>;
  readonly priceScale: number;
  readonly clockOffsetMs: number;
  readonly clockDriftPpm: number;
  /** Trades that are left out of the file, of a thousand. */
  readonly lossPerMille: number;
  /** In [0, 1). */
  readonly random: () => number;
}

const FLUSH_MS = 300;
const SNAPSHOT_US = 600_000_000;
const DEPTH_FILES_KEPT = 3;
/** What was left out, a line each: the truth that a comparison is measured against. */
export const LOSSES_FILE = 'emulator-losses.jsonl';

/**
 * What Sierra Chart would write beside the gateway: `.scid` and `.depth` of the market that the gateway plays, by a clock of its
 * own, and with losses. A stand-in for tests and the default set-up: no Sierra Chart has written these files.
 */
export class SierraEmulator implements MarketListener {
  private readonly clock: SierraClock;
  private readonly trades: RecordFile;
  private readonly changes = new BookChanges();
  private depth: { readonly date: string; readonly file: RecordFile } | null = null;
  private snapshotUs = 0;
  private readonly timer: NodeJS.Timeout;
  private readonly unlisten: () => void;

  constructor(private readonly options: EmulatorOptions) {
    const { folder, symbol, market, clock, clockOffsetMs, clockDriftPpm } = options;
    this.clock = new SierraClock(clock, { offsetMs: clockOffsetMs, driftPpm: clockDriftPpm });
    this.trades = new RecordFile(path.join(folder, `${symbol}.scid`), SCID);
    this.unlisten = market.listen(this);
    this.timer = setInterval(() => this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  onTrade(priceTicks: number, size: number, aggressorIsBuyer: boolean | undefined): void {
    const us = this.clock.stampUs();
    if (this.options.random() * 1000 < this.options.lossPerMille) {
      const lost = { time: new Date(us / 1000).toISOString(), us, price: this.pointsOf(priceTicks), size };
      appendFileSync(path.join(this.options.folder, LOSSES_FILE), `${JSON.stringify(lost)}\n`);
      return;
    }
    const { bytes, at } = this.trades.add(us);
    const { book } = this.options.market;
    bytes.writeFloatLE(this.priceAt(book.asks[0]?.priceTicks), at + 12);
    bytes.writeFloatLE(this.priceAt(book.bids[0]?.priceTicks), at + 16);
    bytes.writeFloatLE(this.priceAt(priceTicks), at + 20);
    bytes.writeUInt32LE(1, at + 24);
    bytes.writeUInt32LE(size, at + 28);
    bytes.writeUInt32LE(size, at + (aggressorIsBuyer === false ? 32 : 36));
  }

  onBook(): void {
    const us = this.clock.stampUs();
    const file = this.fileAt(us);
    if (us - this.snapshotUs >= SNAPSHOT_US) this.writeSnapshot(file, us);
    else this.write(file, us, this.changes.to(this.options.market.book), false);
  }

  onReset(): void {
    const us = this.clock.stampUs();
    this.changes.clear();
    this.write(this.fileAt(us), us, [], true);
  }

  stop(): void {
    clearInterval(this.timer);
    this.unlisten();
    this.flush();
  }

  private flush(): void {
    this.trades.flush();
    this.depth?.file.flush();
  }

  /** The whole book, so that a reader may begin here. */
  private writeSnapshot(file: RecordFile, us: number): void {
    this.snapshotUs = us;
    this.changes.clear();
    this.write(file, us, this.changes.to(this.options.market.book), true);
  }

  private write(file: RecordFile, us: number, levels: readonly LevelChange[], isAnew: boolean): void {
    const commands = [
      ...(isAnew ? [{ command: DepthCommand.clear, priceTicks: null, size: 0 }] : []),
      ...levels.map(({ kind, side, priceTicks, size }) => ({
        command: kind + (side === Side.bid ? 0 : 1),
        ...{ priceTicks, size },
      })),
    ];
    commands.forEach(({ command, priceTicks, size }, i) => {
      const { bytes, at } = file.add(us);
      bytes[at + 8] = command;
      bytes[at + 9] = i === commands.length - 1 ? END_OF_BATCH : 0;
      bytes.writeFloatLE(priceTicks === null ? 0 : this.priceAt(priceTicks), at + 12);
      bytes.writeUInt32LE(size, at + 16);
    });
  }

  /** One file a UTC date, which begins with a snapshot; old ones go. */
  private fileAt(us: number): RecordFile {
    const date = new Date(us / 1000).toISOString().slice(0, 10);
    if (this.depth?.date === date) return this.depth.file;
    this.depth?.file.flush();
    const { folder, symbol } = this.options;
    const depthFolder = path.join(folder, 'MarketDepthData');
    const file = new RecordFile(path.join(depthFolder, `${symbol}.${date}.depth`), DEPTH);
    const old = readdirSync(depthFolder).sort().slice(0, -DEPTH_FILES_KEPT);
    for (const name of old) rmSync(path.join(depthFolder, name), { force: true });
    this.depth = { date, file };
    this.snapshotUs = 0;
    return file;
  }

  private priceAt(ticks: number | undefined): number {
    return ticks === undefined ? 0 : Number((this.pointsOf(ticks) / this.options.priceScale).toPrecision(9));
  }

  private pointsOf(ticks: number): number {
    return tickScaleOf(this.options.market.contract.tickSize).priceOf(ticks);
  }
}
