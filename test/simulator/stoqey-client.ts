import { type Contract, EventName, IBApi, type Order, SecType } from '@stoqey/ib';

export const ES: Contract = {
  symbol: 'ES',
  secType: SecType.FUT,
  exchange: 'CME',
  currency: 'USD',
  lastTradeDateOrContractMonth: '201909',
};

const WAIT_MS = 20_000;
const RECORDED = [
  EventName.error,
  EventName.info,
  EventName.disconnected,
  EventName.nextValidId,
  EventName.openOrder,
  EventName.openOrderEnd,
  EventName.orderStatus,
  EventName.execDetails,
  EventName.execDetailsEnd,
  EventName.commissionReport,
  EventName.completedOrder,
  EventName.completedOrdersEnd,
  EventName.orderBound,
  EventName.position,
  EventName.positionEnd,
  EventName.updateMktDepth,
  EventName.tickPrice,
  EventName.tickSize,
  EventName.tickByTickAllLast,
  EventName.tickByTickBidAsk,
  EventName.contractDetails,
  EventName.contractDetailsEnd,
  EventName.historicalData,
  EventName.historicalDataUpdate,
  EventName.realtimeBar,
  EventName.accountSummary,
  EventName.accountSummaryEnd,
  EventName.updateAccountValue,
  EventName.updatePortfolio,
  EventName.accountDownloadEnd,
  EventName.marketDataType,
  EventName.currentTime,
] as const;

export type Heard = [name: EventName, ...args: unknown[]];

/** @stoqey/ib over TCP, with everything that it heard in order. */
export class StoqeyClient {
  readonly heard: Heard[] = [];
  readonly api: IBApi;
  #seen = 0;

  private constructor(port: number, clientId: number) {
    this.api = new IBApi({ host: '127.0.0.1', port, clientId });
    for (const name of RECORDED)
      this.api.on(name as EventName.error, (...args: unknown[]) => void this.heard.push([name, ...plain(args)]));
  }

  /** Connected, with its first order id and the farm notices behind it. */
  static async connect(port: number, clientId = 251): Promise<StoqeyClient> {
    const client = new StoqeyClient(port, clientId);
    client.api.connect();
    await client.next(EventName.nextValidId);
    await client.next(EventName.info, (_text, code) => code === 2158);
    return client;
  }

  /** Asked to connect; what comes of it is for the test to see. */
  static attempt(port: number, clientId: number): StoqeyClient {
    const client = new StoqeyClient(port, clientId);
    client.api.connect();
    return client;
  }

  /** The arguments of the next event that fits, from where the last wait ended. */
  async next(name: EventName, isMeant: (...args: never[]) => boolean = () => true): Promise<unknown[]> {
    const giveUpMs = performance.now() + WAIT_MS;
    for (;;) {
      for (; this.#seen < this.heard.length; ) {
        const [heardName, ...args] = this.heard[this.#seen++]!;
        if (heardName === name && isMeant(...(args as never[]))) return args;
      }
      if (performance.now() > giveUpMs)
        throw new Error(`no ${name}; the last ones: ${JSON.stringify(this.heard.slice(-4))}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** The first event of these kinds, from the beginning. */
  async nextOf(names: readonly EventName[]): Promise<EventName> {
    for (;;) {
      const first = this.heard.find(([name]) => names.includes(name));
      if (first) return first[0];
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  of(name: EventName): unknown[][] {
    return this.heard.filter(([heardName]) => heardName === name).map(([, ...args]) => args);
  }

  /** Places an order with plain defaults and waits until its status fits. */
  async place(orderId: number, order: Order, status: string): Promise<unknown[]> {
    this.api.placeOrder(orderId, ES, { totalQuantity: 1, tif: 'DAY', transmit: true, ...order } as Order);
    return this.next(EventName.orderStatus, (id: number, now: string) => id === orderId && now === status);
  }

  /** Everything sent so far has arrived: an answer to a newer request came behind it. */
  async settle(): Promise<void> {
    this.api.reqCurrentTime();
    await this.next(EventName.currentTime);
  }

  close(): void {
    this.api.disconnect();
  }
}

/** Errors as their code, so that what was heard can be compared. */
function plain(args: unknown[]): unknown[] {
  return args.map((arg) => (arg instanceof Error ? arg.message : arg));
}
