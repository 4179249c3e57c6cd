import { z } from 'zod';
import { jsonOfFields, notJson } from '../../shared/fields/json-of-fields.js';
import { NOT_UTF8 } from '../../shared/fields/utf8-text.js';
import { PriceBook } from '../../shared/market/book/price-book.js';
import { Side } from '../../shared/market/events/event-batch.js';
import { Action, BOOK_LEVELS, Flag } from '../store/datasets.js';
import { storeInt64 } from '../store/int64-words.js';
import { BookColumns } from './book-columns.js';
import type { Format, ImportOutput } from './format.js';
import { NANOS_PER_POINT, storeBook } from './price-book-rows.js';
import { type TextLine, textLines } from './text-lines.js';
import { TradeRows } from './trade-rows.js';

const LINE = /^(\d{19}) (\{.*\})$/;
const PRICE_MAX = Number.MAX_SAFE_INTEGER / NANOS_PER_POINT;
/** Changes that may arrive before the first snapshot: far more than ever do. */
const EARLY_CHANGES_MAX = 100_000;

/** Prices are kept in units of 1e-9, exactly: 2^53 of them at most. */
const price = decimalText(9).refine((text) => Number(text) <= PRICE_MAX, `must be ${PRICE_MAX} at most`);
/** Quantities are float64: of 15 digits every decimal keeps its value. */
const quantity = decimalText(15).refine(
  (text) => text.replace('.', '').replace(/^0+/, '').length <= 15,
  'must have 15 digits at most: more are not exact',
);
const levels = z.array(z.tuple([price, quantity]));
const id = z.number().int().nonnegative();
/** Kept in ns, as int64: into the year 2262. */
const timeMs = id.max(9_223_372_036_854, 'is a time that int64 does not hold in ns');
const snapshot = z.object({ lastUpdateId: id, bids: levels, asks: levels });
const depthUpdate = z.object({
  e: z.literal('depthUpdate'),
  E: timeMs,
  T: timeMs.optional(),
  s: z.string(),
  U: id,
  u: id,
  pu: id.optional(),
  b: levels,
  a: levels,
});
const trade = z.object({
  e: z.literal('trade'),
  T: timeMs,
  s: z.string(),
  t: id,
  p: price,
  q: quantity,
  m: z.boolean(),
});
/** Trades of one order at one price, as one; `a` is their number. */
const aggTrade = z
  .object({ e: z.literal('aggTrade'), T: timeMs, s: z.string(), a: id, p: price, q: quantity, m: z.boolean() })
  .transform(({ a, ...rest }) => ({ ...rest, t: a }));
/** Best bid and offer, which the book says as well; those of the spot market name no event. */
const bookTicker = z.object({ u: id, s: z.string(), b: price, B: quantity, a: price, A: quantity });
/** Other events of Binance's market streams that say nothing of book and trades. */
const NOT_STORED = new Set([
  ...['markPriceUpdate', 'indexPriceUpdate', 'kline', 'continuous_kline', 'indexPrice_kline', 'markPrice_kline'],
  ...['24hrTicker', '24hrMiniTicker', '1hTicker', '4hTicker', '1dTicker', 'avgPrice', 'forceOrder', 'compositeIndex'],
  ...['contractInfo', 'assetIndexUpdate', 'tradingSession'],
]);

function decimalText(integerDigits: number) {
  const pattern = new RegExp(`^\\d{1,${integerDigits}}(\\.\\d{1,9})?$`);
  return z.string().regex(pattern, `must be a decimal number of at most ${integerDigits} digits and 9 decimals`);
}

type Snapshot = z.infer<typeof snapshot>;
type DepthUpdate = z.infer<typeof depthUpdate>;

/**
 * Recorded websocket lines of Binance: local time in ns, a space, the message. The book starts with the snapshot;
 * changes before it that it does not contain are applied behind it, as Binance's documentation prescribes.
 */
export const binanceLines: Format = {
  name: 'binance-lines',
  summary: 'raw websocket lines of Binance (local ns, then JSON): depth snapshot, depth changes, trades',
  recognises: (head) => LINE.test(head.toString('latin1').split('\n', 1)[0]!.trimEnd()),

  async read(file, out) {
    let reader: StreamReader | null = null;
    for await (const lines of textLines(file.path, file.signal)) {
      reader ??= new StreamReader(out, lines);
      for (const line of lines) reader.take(line);
      await out.settle();
    }
    reader?.finish();
    return null;
  },
};

class StreamReader {
  private readonly instrument: string;
  private readonly trades: TradeRows;
  private readonly columns: BookColumns;
  private readonly book = new PriceBook();
  /** Changes that arrived before the snapshot; null once it was there. */
  private early: DepthUpdate[] | null = [];
  private lastUpdateId = 0;
  private tradeKind: 'trade' | 'aggTrade' | null = null;
  private isEventOpen = false;

  constructor(
    private readonly out: ImportOutput,
    firstLines: readonly TextLine[],
  ) {
    this.instrument = symbolOf(firstLines) ?? 'unknown';
    const isFutures = firstLines.some(({ text }) => /"(pu|X)":/.test(text));
    out.begin({ feed: isFutures ? 'binance-usdm' : 'binance-spot', synthetic: false });
    const kind = { instrument: this.instrument, sizes: 'fractional', counts: false, dayRule: 'utc' } as const;
    this.trades = new TradeRows(out.sink({ ...kind, dataset: 'ticks' }));
    const fields = { tsRecv: true, tsEvent: true, sequence: true, counts: false, ids: false, levels: BOOK_LEVELS };
    this.columns = new BookColumns(out.sink({ ...kind, dataset: 'mbp10' }), fields);
  }

  take({ text, number, isUtf8 }: TextLine): void {
    if (text === '') return;
    const match = LINE.exec(text);
    const fault = !isUtf8
      ? NOT_UTF8
      : match
        ? this.takeMessage(BigInt(match[1]!), match[2]!)
        : 'is not a time in ns and a JSON object';
    if (fault !== null) this.out.reject(`line ${number}`, fault, text);
  }

  finish(): void {
    if (this.early && this.early.length > 0) this.out.count('depth without a snapshot', this.early.length);
  }

  /** @returns what is wrong, or null */
  private takeMessage(tsRecvNs: bigint, json: string): string | null {
    const message = messageOf(json);
    if (typeof message === 'string') return message;
    if (!this.trades.sink.isDatable(Number(tsRecvNs / 1_000_000n))) return 'its time is beyond any calendar';
    if ('lastUpdateId' in message) return this.takeAs(snapshot, message, 'snapshots', (it) => this.start(tsRecvNs, it));
    switch (message.e) {
      case 'depthUpdate':
        return this.takeAs(depthUpdate, message, 'depth', (it) => this.change(tsRecvNs, it));
      case 'trade':
      case 'aggTrade':
        return this.takeTrade(tsRecvNs, message, message.e);
      case undefined:
      case 'bookTicker':
        return this.takeAs(bookTicker, message, 'book tickers, not stored', () => {});
      default:
        if (!NOT_STORED.has(String(message.e)))
          return `is an event of type ${JSON.stringify(message.e)}, which is not known`;
        this.out.count(`${message.e} events, not stored`);
        return null;
    }
  }

  /** Both kinds of trade events of one stream would count every trade twice. */
  private takeTrade(tsRecvNs: bigint, message: unknown, kind: 'trade' | 'aggTrade'): string | null {
    this.tradeKind ??= kind;
    if (kind !== this.tradeKind) return `is a ${kind} event, and the file has ${this.tradeKind} events: give one kind`;
    const type = kind === 'trade' ? trade : aggTrade;
    return this.takeAs(type, message, 'trades', (it) => this.storeTrade(tsRecvNs, it));
  }

  private takeAs<T extends z.ZodType>(type: T, message: unknown, what: string, store: (it: z.output<T>) => void) {
    const parsed = type.safeParse(message);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no such message'}`;
    }
    const symbol = (parsed.data as { s?: string }).s;
    if (symbol !== undefined && symbol !== this.instrument)
      return `is about ${symbol}, the file about ${this.instrument}`;
    store(parsed.data);
    this.out.count(what);
    return null;
  }

  private start(tsRecvNs: bigint, { lastUpdateId, bids, asks }: Snapshot): void {
    this.book.clear();
    this.lastUpdateId = lastUpdateId;
    const at = { tsRecvNs, tsEventNs: tsRecvNs, sequence: lastUpdateId };
    this.storeRow(at, { action: Action.clear, side: Side.none, depth: 0, price: null, size: 0, flags: Flag.snapshot });
    this.applyLevels(at, bids, asks, Flag.snapshot);
    const early = this.early ?? [];
    this.early = null;
    for (const update of early) if (update.u > lastUpdateId) this.applyUpdate(tsRecvNs, update);
  }

  private change(tsRecvNs: bigint, update: DepthUpdate): void {
    if (this.early === null) this.applyUpdate(tsRecvNs, update);
    else if (this.early.length < EARLY_CHANGES_MAX) this.early.push(update);
  }

  private applyUpdate(tsRecvNs: bigint, update: DepthUpdate): void {
    if (update.u <= this.lastUpdateId) return;
    const at = { tsRecvNs, tsEventNs: BigInt(update.T ?? update.E) * 1_000_000n, sequence: update.u };
    if (update.U > this.lastUpdateId + 1 && update.pu !== this.lastUpdateId) {
      this.out.count('gaps');
      const flags = Flag.maybeBadBook | Flag.last;
      this.storeRow(at, { action: Action.none, side: Side.none, depth: 0, price: null, size: 0, flags });
    }
    this.lastUpdateId = update.u;
    this.applyLevels(at, update.b, update.a, 0);
  }

  /** One exchange event: all of its levels, then the book is whole again. */
  private applyLevels(at: RowTime, bids: Levels, asks: Levels, flags: number): void {
    const changes = [
      ...bids.map((level) => [Side.bid, level] as const),
      ...asks.map((level) => [Side.ask, level] as const),
    ];
    for (const [index, [side, [priceText, sizeText]]] of changes.entries()) {
      const price = nanosOf(priceText);
      const size = Number(sizeText);
      const before = this.book.count[side]!;
      const position = this.book.setLevel(side, price, size);
      const isLast = index === changes.length - 1;
      const isShown = position >= 0 && position < BOOK_LEVELS;
      if (!isShown && !(isLast && this.isEventOpen)) continue;
      const grown = this.book.count[side]! - before;
      const action = grown > 0 ? Action.add : grown < 0 ? Action.cancel : Action.modify;
      const depth = Math.min(255, Math.max(0, position));
      this.storeRow(at, { action, side, depth, price, size, flags: flags | (isLast ? Flag.last : 0) });
    }
  }

  private storeRow(at: RowTime, event: RowEvent): void {
    const { columns } = this;
    const row = columns.next(Number(at.tsRecvNs / 1_000_000n));
    storeInt64(columns.tsRecv, row, at.tsRecvNs);
    storeInt64(columns.tsEvent, row, at.tsEventNs);
    storeInt64(columns.sequence, row, BigInt(at.sequence));
    columns.action[row] = event.action;
    columns.side[row] = event.side;
    columns.depth[row] = event.depth;
    columns.size[row] = event.size;
    columns.flags[row] = event.flags;
    if (event.price === null) columns.setPriceNull(row);
    else columns.price[row] = event.price / NANOS_PER_POINT;
    storeBook(columns, this.book, row, false);
    this.isEventOpen = (event.flags & Flag.last) === 0;
  }

  private storeTrade(tsRecvNs: bigint, { T, t, p, q, m }: Omit<z.infer<typeof trade>, 'e'>): void {
    this.trades.store({
      tsRecvNs,
      tsEventNs: BigInt(T) * 1_000_000n,
      price: nanosOf(p) / NANOS_PER_POINT,
      size: Number(q),
      side: m ? Side.ask : Side.bid,
      sequence: t,
    });
  }
}

type Levels = z.infer<typeof levels>;

interface RowTime {
  readonly tsRecvNs: bigint;
  readonly tsEventNs: bigint;
  readonly sequence: number;
}

interface RowEvent {
  readonly action: number;
  readonly side: Side;
  readonly depth: number;
  /** 1e-9 points. */
  readonly price: number | null;
  readonly size: number;
  readonly flags: number;
}

/** Messages by which the symbol of a file is known. */
const NAMED_LINES = 100;

/** What most of the first whole messages are about: a damaged one names nothing, or something else. */
function symbolOf(lines: readonly TextLine[]): string | undefined {
  const times = new Map<string, number>();
  let named = 0;
  for (const { text } of lines) {
    if (named === NAMED_LINES) break;
    const message = messageOf(LINE.exec(text)?.[2] ?? '');
    const name = typeof message === 'string' ? undefined : message.s;
    if (typeof name !== 'string' || !/^\w+$/.test(name)) continue;
    times.set(name, (times.get(name) ?? 0) + 1);
    named++;
  }
  return [...times].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** The message itself, out of the envelope of a combined stream; or why there is none. */
function messageOf(json: string): { e?: unknown; [field: string]: unknown } | string {
  try {
    const value = jsonOfFields(json) as { data?: unknown };
    const message = 'data' in value ? value.data : value;
    return typeof message === 'object' && message !== null ? (message as { e?: unknown }) : 'is no message';
  } catch (error) {
    return notJson(error);
  }
}

/** A decimal of at most nine decimals as a whole number of 1e-9. */
function nanosOf(text: string): number {
  return Math.round(Number(text) * NANOS_PER_POINT);
}
