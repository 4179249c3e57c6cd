import { priceOf } from '../contracts/contract.js';
import { decimal } from '../wire/decimal.js';
import { encodeDepth } from '../wire/encode-market-data.js';
import { ASK, BID, DELETE, INSERT, type Level, UPDATE } from './book.js';
import type { Market, MarketListener } from './market.js';

const PRICE_TEXTS_MAX = 4096;

/** Sends one subscriber the top `rows` of a market's book as updateMktDepth. */
export abstract class DepthStream implements MarketListener {
  protected readonly sides = [ASK, BID] as const;
  readonly #priceTexts = new Map<number, string>();

  constructor(
    readonly reqId: number,
    protected readonly market: Market,
    protected readonly rows: number,
    protected readonly send: (message: string) => void,
    private readonly sendReset: () => void,
  ) {}

  /** The book as it is now, as inserts from the top. */
  snapshot(): void {
    for (const side of this.sides)
      this.shown(side).forEach((level, position) => {
        this.emit(INSERT, side, position, level);
      });
  }

  /** Tells the client to empty its book, then builds it anew. */
  restart(): void {
    this.onReset();
    this.snapshot();
  }

  onReset(): void {
    this.sendReset();
  }

  protected shown(side: number): readonly Level[] {
    return this.market.book.sides[side === BID ? BID : ASK].slice(0, this.rows);
  }

  protected emit(operation: number, side: number, position: number, level: Level): void {
    this.send(encodeDepth(this.reqId, position, operation, side, this.#priceText(level.priceTicks), level.size));
  }

  /** Prices come again and again, and turning one into text costs more than the rest of the message. */
  #priceText(ticks: number): string {
    let text = this.#priceTexts.get(ticks);
    if (text === undefined) {
      if (this.#priceTexts.size >= PRICE_TEXTS_MAX) this.#priceTexts.clear();
      text = decimal(priceOf(this.market.contract, ticks));
      this.#priceTexts.set(ticks, text);
    }
    return text;
  }
}

/** Operations as the exchange has them: insert shifts down and cuts at `rows`, delete shifts up. */
export class ShiftingDepth extends DepthStream {
  onDepth(operation: number, side: number, position: number, priceTicks: number, size: number): void {
    if (position >= this.rows) return;
    this.emit(operation, side, position, { priceTicks, size });
    if (operation !== DELETE) return;
    const revealed = this.market.book.sides[side === BID ? BID : ASK][this.rows - 1];
    if (revealed && this.rows < this.market.book.levels) this.emit(INSERT, side, this.rows - 1, revealed);
  }
}

/** Only updates in place, and inserts and deletes at the tail: the same under every reading of `insert`. */
export class OverwritingDepth extends DepthStream {
  readonly #sent: [Level[], Level[]] = [[], []];

  override snapshot(): void {
    this.onBook();
  }

  onBook(): void {
    for (const side of this.sides) this.#bringUpToDate(side);
  }

  override onReset(): void {
    this.#sent[ASK].length = 0;
    this.#sent[BID].length = 0;
    super.onReset();
  }

  #bringUpToDate(side: 0 | 1): void {
    const sent = this.#sent[side];
    const shown = this.shown(side);
    for (let position = sent.length - 1; position >= shown.length; position--) {
      this.emit(DELETE, side, position, sent[position]!);
      sent.length = position;
    }
    shown.forEach((level, position) => {
      const before = sent[position];
      if (before && before.priceTicks === level.priceTicks && before.size === level.size) return;
      this.emit(before ? UPDATE : INSERT, side, position, level);
      sent[position] = { ...level };
    });
  }
}
