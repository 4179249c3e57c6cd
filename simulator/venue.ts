import { Failure } from '../shared/failure.js';
import { readBarsFile } from '../shared/node/files/bars-csv.js';
import { contractOfLocalSymbol, type FutureContract } from './contracts/contract.js';
import { BarHistory } from './market/bars.js';
import { Market } from './market/market.js';
import { Player, type PlayerOptions } from './market/player.js';
import type { Tape } from './market/tape.js';
import { Exchange, type ExchangeEvents } from './orders/exchange.js';

export interface VenueOptions extends Omit<PlayerOptions, 'nowMs'> {
  /** Five-minute bars (CSV) of the contract's past. */
  readonly barsFile?: string | undefined;
  /** The gateway's clock; undefined: the time on the tape is the time. */
  readonly nowMs?: (() => number) | undefined;
  readonly marketImpact: boolean;
}

/** One contract, the tape that moves its market, and the exchange that works orders against it. */
export class Venue {
  readonly market: Market;
  readonly player: Player;
  readonly history: BarHistory;
  readonly nowMs: () => number;
  /** Set by `openExchange`. */
  exchange!: Exchange;

  constructor(
    readonly contract: FutureContract,
    readonly tape: Tape,
    private readonly options: VenueOptions,
    bars: ConstructorParameters<typeof BarHistory>[1],
  ) {
    this.market = new Market(contract, tape.levels, tape.synthetic);
    this.nowMs = options.nowMs ?? (() => Math.floor(this.player.tapeMs));
    this.player = new Player(tape, this.market, { ...options, nowMs: this.nowMs });
    this.history = new BarHistory(this.nowMs, bars, contract.tickSize);
    this.market.listen(this.history);
  }

  openExchange(events: ExchangeEvents): void {
    this.exchange = new Exchange(this.market, this.options.marketImpact, events);
    this.market.listen(this.exchange);
  }
}

/** @throws Failure when the tape's contract is unknown or its tick is another, BadInput for the bars */
export async function openVenue(tape: Tape, options: VenueOptions): Promise<Venue> {
  const contract = contractOfLocalSymbol(tape.instrument, tape.firstMs);
  if (!contract)
    throw new Failure(
      'UnknownInstrument',
      `the data plays ${tape.instrument}, which is no future that the gateway knows`,
      'use data of a listed future with its exchange symbol, such as ESZ5',
    );
  if (Math.abs(contract.tickSize - tape.tickSize) > 1e-12)
    throw new Failure(
      'WrongTick',
      `the data counts ${tape.instrument} in ticks of ${tape.tickSize}, the contract's tick is ${contract.tickSize}`,
      'correct tickSize in the header of the data',
    );
  const bars = options.barsFile === undefined ? (tape.bars ?? []) : (await readBarsFile(options.barsFile)).bars;
  return new Venue(contract, tape, options, bars);
}
