import { Failure } from '../shared/failure.js';
import type { FutureContract } from './contracts/contract.js';
import type { BarHistory } from './market/bars.js';
import type { Market } from './market/market.js';
import type { Tape } from './market/tape.js';
import type { Exchange, ExchangeEvents } from './orders/exchange.js';
import { openVenue, type Venue, type VenueOptions } from './venue.js';

/** Everything that is played: one venue for each contract, each at its own place of its own tape. */
export class Venues {
  readonly markets: ReadonlyMap<number, Market>;
  readonly history: ReadonlyMap<number, BarHistory>;
  readonly nowMs: () => number;

  private constructor(
    private readonly all: readonly Venue[],
    nowMs: (() => number) | undefined,
  ) {
    this.markets = new Map(all.map(({ contract, market }) => [contract.conId, market]));
    this.history = new Map(all.map(({ contract, history }) => [contract.conId, history]));
    this.nowMs = nowMs ?? (() => Math.max(...all.map((venue) => venue.nowMs())));
  }

  /** @param options the bars file is the first contract's @throws Failure ContractTwice, and what openVenue throws */
  static async open(tapes: readonly Tape[], options: VenueOptions): Promise<Venues> {
    const venues: Venue[] = [];
    for (const [index, tape] of tapes.entries()) {
      const venue = await openVenue(tape, index === 0 ? options : { ...options, barsFile: undefined });
      if (venues.some(({ contract }) => contract.conId === venue.contract.conId))
        throw new Failure(
          'ContractTwice',
          `${tape.instrument} is played twice`,
          'give each contract one source of data',
        );
      venues.push(venue);
    }
    return new Venues(venues, options.nowMs);
  }

  /** The contract that was named first. */
  get first(): Venue {
    return this.all[0]!;
  }

  get contracts(): readonly FutureContract[] {
    return this.all.map(({ contract }) => contract);
  }

  get synthetic(): boolean {
    return this.all.some(({ tape }) => tape.synthetic);
  }

  openExchanges(events: ExchangeEvents): void {
    for (const venue of this.all) venue.openExchange(events);
  }

  exchangeOf({ conId }: FutureContract): Exchange | undefined {
    return this.all.find(({ contract }) => contract.conId === conId)?.exchange;
  }

  /** Resolves when every tape has come to its end. @throws BadInput where one cannot be read on */
  async run(): Promise<void> {
    await Promise.all(this.all.map(({ player }) => player.run()));
  }

  /** Plays the next `count` events of each. */
  async step(count: number): Promise<void> {
    await Promise.all(this.all.map(({ player }) => player.step(count)));
  }

  stop(): void {
    for (const { player } of this.all) player.stop();
  }
}
