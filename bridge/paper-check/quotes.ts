import { type Contract, MarketDataType } from '@stoqey/ib';
import type { OrderSide } from '../../shared/contract/order-journal.js';
import { Failure } from '../../shared/failure.js';
import { tickScaleOf } from '../../shared/market/events/tick-scale.js';
import type { GatewaySession } from '../connection/session.js';
import type { Witness } from './witness.js';

/** IB's tick types of best prices and of the last one, live and delayed. */
const TICKS = { bid: [1, 66], ask: [2, 67], last: [4, 68] } as const;

/** Level 1 of the contract, delayed where nothing better is subscribed. Prices in points. */
export class Quotes {
  private readonly requestId: number;

  constructor(
    session: GatewaySession,
    private readonly witness: Witness,
    private readonly tickSize: number,
    contract: Contract,
  ) {
    this.requestId = session.requestId();
    session.send('request', (ib) => ib.reqMarketDataType(MarketDataType.DELAYED));
    session.send('request', (ib) => ib.reqMktData(this.requestId, contract, '', false, false));
  }

  /** Waits until there is a price at all. @throws Failure NotSeen */
  async ready(withinMs: number): Promise<void> {
    if (await this.witness.until(() => this.price !== undefined, withinMs)) return;
    throw new Failure('NotSeen', 'no price came: orders cannot be placed far from the market');
  }

  /** How far market data has come. */
  get ticks(): number {
    return this.witness.of('tickPrice').filter(({ requestId }) => requestId === this.requestId).length;
  }

  /** The side's own best price, which an order may join. @throws Failure NotSeen without a live book */
  touch(side: OrderSide): number {
    const [type] = side === 'BUY' ? TICKS.bid : TICKS.ask;
    const price = this.newest([type]);
    if (price === undefined) throw new Failure('NotSeen', 'no live best price came: there is no touch to join');
    return price;
  }

  /** A price so far behind the market that it does not fill, a whole number of ticks. @throws Failure NotSeen */
  behind(side: OrderSide, fraction: number): number {
    const { price } = this;
    if (price === undefined) throw new Failure('NotSeen', 'no price came');
    const scale = tickScaleOf(this.tickSize);
    const factor = side === 'BUY' ? 1 - fraction : 1 + fraction;
    return scale.priceOf(Math.round((price * factor) / this.tickSize));
  }

  /** Whether a limit is at least so far behind the market; false where no price is known. */
  isBehind(side: OrderSide, limitPrice: number, fraction: number): boolean {
    const { price } = this;
    if (price === undefined) return false;
    return side === 'BUY' ? limitPrice <= price * (1 - fraction) : limitPrice >= price * (1 + fraction);
  }

  private get price(): number | undefined {
    return this.newest([...TICKS.last, ...TICKS.bid, ...TICKS.ask]);
  }

  private newest(types: readonly number[]): number | undefined {
    return this.witness.last(
      'tickPrice',
      ({ requestId, tickType, price }) => requestId === this.requestId && types.includes(tickType) && price > 0,
    )?.price;
  }
}
