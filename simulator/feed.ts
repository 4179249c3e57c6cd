import type { OddDepth, OddQuote, OddTrade } from './faults/actions/odd-kinds.js';
import { oddDepth, oddQuote, oddTrade } from './faults/odd-values.js';
import type { Field } from './wire/frame.js';

/** What a subscription can carry. */
export const DATA_STREAMS = ['depth', 'trades', 'quotes'] as const;
export type DataStream = (typeof DATA_STREAMS)[number];

/** The market data of one subscription on its way to the client: it can fall silent, and carry odd values. */
export class Feed {
  readonly silent: Set<DataStream>;
  readonly oddDepths: OddDepth[] = [];
  readonly oddTrades: OddTrade[] = [];
  readonly oddQuotes: OddQuote[] = [];

  constructor(
    private readonly send: (message: string | readonly Field[]) => void,
    silent: Iterable<DataStream>,
  ) {
    this.silent = new Set(silent);
  }

  depth(message: string): void {
    if (this.silent.size > 0 && this.silent.has('depth')) return;
    const odd = this.oddDepths.length > 0 ? this.oddDepths.shift() : undefined;
    this.send(odd === undefined ? message : oddDepth(odd, message));
  }

  trades(fields: readonly Field[]): void {
    if (this.silent.has('trades')) return;
    const odd = carriesPrice(fields) ? this.oddTrades.shift() : undefined;
    this.send(odd === undefined ? fields : oddTrade(odd, fields));
  }

  quotes(fields: readonly Field[]): void {
    if (this.silent.has('quotes')) return;
    const odd = carriesPrice(fields) ? this.oddQuotes.shift() : undefined;
    this.send(odd === undefined ? fields : oddQuote(odd, fields));
  }
}

/** tickPrice and tickByTick; sizes and texts alone stay as they are. */
const carriesPrice = (fields: readonly Field[]): boolean => fields[0] === 1 || fields[0] === 99;
