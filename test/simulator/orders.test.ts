import assert from 'node:assert/strict';
import { EventName, type Execution, type Order, OrderAction, OrderType } from '@stoqey/ib';
import type { Gateway } from '../../simulator/gateway.js';
import { Fixture } from './fixture.js';
import { ES, type StoqeyClient } from './stoqey-client.js';

const TICK = 0.25;
const { BUY, SELL } = OrderAction;
const limit = (action: OrderAction, lmtPrice: number, more: Partial<Order> = {}): Order => ({
  action,
  orderType: OrderType.LMT,
  lmtPrice,
  ...more,
});
const market = (action: OrderAction, more: Partial<Order> = {}): Order => ({
  action,
  orderType: OrderType.MKT,
  ...more,
});

describe('orders', () => {
  let fixture: Fixture;
  let gateway: Gateway;
  let client: StoqeyClient;
  beforeEach(async () => {
    fixture = new Fixture();
    gateway = await fixture.gateway({ settings: { startCash: 1e8 } });
    await gateway.step(2000);
    client = await fixture.stoqey(gateway);
  });
  afterEach(() => fixture.close());

  const bid = () => gateway.market.book.bids[0]!.priceTicks * TICK;
  const ask = () => gateway.market.book.asks[0]!.priceTicks * TICK;
  const statusesOf = (id: number) =>
    client
      .of(EventName.orderStatus)
      .filter(([orderId]) => orderId === id)
      .map(([, status]) => status);
  const fills = () => client.of(EventName.execDetails).map(([, , execution]) => execution as Execution);
  const errors = () => client.of(EventName.error).map(([, code, id]) => [id, code]);
  const position = () => [...gateway.ledger.accounts.get('DU1000001')!.positions.values()][0]?.quantity ?? 0;

  it('fills a market order against the book, level by level, and reports it all', async () => {
    const [first, second] = gateway.market.book.asks.map((level) => ({ ...level }));
    const quantity = first!.size + 1;
    await client.place(1, market(BUY, { totalQuantity: quantity, orderRef: 'entry' }), 'Filled');
    await client.next(EventName.commissionReport);
    assert.deepEqual(
      fills().map(({ price, shares, side, orderRef, lastLiquidity }) => ({
        price,
        shares,
        side,
        orderRef,
        lastLiquidity,
      })),
      [
        { price: first!.priceTicks * TICK, shares: first!.size, side: 'BOT', orderRef: 'entry', lastLiquidity: 2 },
        { price: second!.priceTicks * TICK, shares: 1, side: 'BOT', orderRef: 'entry', lastLiquidity: 2 },
      ],
    );
    assert.deepEqual(statusesOf(1), ['PreSubmitted', 'Submitted', 'Submitted', 'Filled']);
    assert.equal(position(), quantity);
  });

  it('rests a limit order, fills it in part, and cancels the rest with 202', async () => {
    const shown = gateway.market.book.asks[0]!.size;
    await client.place(1, limit(BUY, ask(), { totalQuantity: shown + 5 }), 'Submitted');
    await client.next(EventName.commissionReport);
    assert.equal(position(), shown);
    client.api.cancelOrder(1);
    const [, status, filled, remaining] = await client.next(
      EventName.orderStatus,
      (_id, now: string) => now === 'Cancelled',
    );
    assert.deepEqual([status, filled, remaining], ['Cancelled', shown, 5]);
    await client.next(EventName.error);
    assert.deepEqual(errors(), [[1, 202]]);
  });

  it('fills a resting order only behind the queue that stood before it', async () => {
    const price = bid();
    const ahead = gateway.market.book.bids[0]!.size;
    await client.place(1, limit(BUY, price, { totalQuantity: 2 }), 'Submitted');
    assert.equal(gateway.ledger.live()[0]!.queueAhead, ahead);
    while (gateway.ledger.live().length > 0 && gateway.market.eventsPlayed < 20_000) await gateway.step(50);
    await client.next(EventName.orderStatus, (_id, now: string) => now === 'Filled');
    assert.ok(fills().every((fill) => fill.price === price && fill.lastLiquidity === 1));
  });

  it('lets the same tape give every order its own fill while market impact is off, and not while it is on', async () => {
    const filledWith = async (marketImpact: boolean): Promise<number> => {
      const other = await fixture.gateway({ settings: { marketImpact, startCash: 1e8 } });
      await other.step(2000);
      const shown = other.market.book.asks[0]!;
      const second = await fixture.stoqey(other, 5);
      for (const id of [1, 2])
        second.api.placeOrder(
          id,
          ES,
          limit(BUY, shown.priceTicks * TICK, { totalQuantity: shown.size, transmit: true, tif: 'DAY' }),
        );
      await second.settle();
      return other.ledger.executions.reduce((sum, execution) => sum + execution.shares, 0) / shown.size;
    };
    assert.equal(await filledWith(false), 2);
    assert.equal(await filledWith(true), 1);
  });

  it('changes price and quantity of a working order under the same permId', async () => {
    await client.place(1, limit(BUY, bid() - 5, { totalQuantity: 3 }), 'Submitted');
    await client.place(1, limit(BUY, bid() - 4, { totalQuantity: 2 }), 'Submitted');
    const [order] = gateway.ledger.live();
    assert.equal(order!.limitTicks, (bid() - 4) / TICK);
    assert.equal(order!.quantity, 2);
    assert.equal(new Set(client.of(EventName.orderStatus).map(([, , , , , permId]) => permId)).size, 1);
  });

  it('takes a stop up when a trade reaches it', async () => {
    const last = gateway.market.lastTicks! * TICK;
    await client.place(1, { action: BUY, orderType: OrderType.STP, auxPrice: last + TICK }, 'PreSubmitted');
    assert.equal(gateway.ledger.live()[0]!.whyHeld, 'trigger');
    while (gateway.ledger.live().length > 0 && gateway.market.eventsPlayed < 20_000) await gateway.step(50);
    await client.next(EventName.orderStatus, (_id, now: string) => now === 'Filled');
    assert.ok(gateway.market.highTicks * TICK >= last + TICK);
  });

  it('holds a bracket until its last child is sent, wakes the children by the fill, and cancels one by the other', async () => {
    client.api.placeOrder(1, ES, market(BUY, { totalQuantity: 1, transmit: false }));
    client.api.placeOrder(2, ES, limit(SELL, ask() + 20, { totalQuantity: 1, parentId: 1, transmit: false }));
    await client.settle();
    assert.deepEqual(statusesOf(1), []);
    await client.place(
      3,
      { action: SELL, orderType: OrderType.STP, auxPrice: bid() - 20, parentId: 1 },
      'PreSubmitted',
    );
    await client.settle();
    assert.equal(statusesOf(1).at(-1), 'Filled');
    assert.equal(statusesOf(2).at(-1), 'Submitted');
    await client.place(2, limit(SELL, bid(), { totalQuantity: 1, parentId: 1 }), 'Filled');
    await client.settle();
    assert.equal(statusesOf(3).at(-1), 'Cancelled');
    assert.equal(position(), 0);
  });

  it('cancels the children with their parent', async () => {
    client.api.placeOrder(1, ES, limit(BUY, bid() - 5, { totalQuantity: 1, transmit: false }));
    await client.place(2, limit(SELL, ask() + 20, { parentId: 1 }), 'PreSubmitted');
    client.api.cancelOrder(1);
    await client.next(EventName.orderStatus, (id: number, now: string) => id === 2 && now === 'Cancelled');
    assert.deepEqual(gateway.ledger.live(), []);
  });

  it('ends the other orders of an OCA group of type 1 and shrinks those of type 3', async () => {
    for (const [ocaType, expected] of [
      [1, 'Cancelled'],
      [3, 'Submitted'],
    ] as const) {
      const id = ocaType * 10;
      const group = { ocaGroup: `group ${ocaType}`, ocaType, totalQuantity: gateway.market.book.asks[0]!.size + 4 };
      await client.place(id, limit(BUY, bid() - 10, group), 'Submitted');
      await client.place(id + 1, limit(BUY, ask(), group), 'Submitted');
      await client.settle();
      assert.equal(statusesOf(id).at(-1), expected);
      client.api.reqGlobalCancel();
      await client.settle();
    }
    assert.equal(gateway.ledger.find(251, 30)!.quantity, 4);
  });

  it('does what immediate-or-cancel and fill-or-kill promise', async () => {
    const shown = gateway.market.book.asks[0]!.size;
    await client.place(1, limit(BUY, ask(), { totalQuantity: shown + 1, tif: 'IOC' }), 'Cancelled');
    assert.equal(position(), shown);
    await client.place(2, limit(BUY, ask(), { totalQuantity: shown + 1, tif: 'FOK' }), 'Cancelled');
    assert.equal(position(), shown);
    await client.place(3, limit(BUY, ask(), { totalQuantity: shown, tif: 'FOK' }), 'Filled');
    assert.equal(position(), 2 * shown);
  });

  it('answers a what-if with margins and commission, and places nothing', async () => {
    client.api.placeOrder(1, ES, market(BUY, { totalQuantity: 2, whatIf: true, transmit: true }));
    const [, , , state] = (await client.next(EventName.openOrder)) as [
      number,
      unknown,
      unknown,
      { initMarginAfter: number; commission: number },
    ];
    assert.deepEqual([Number(state.initMarginAfter), Number(state.commission)], [32_000, 4.5]);
    assert.equal(gateway.ledger.orders.size, 0);
  });

  it('keeps the orders of clients apart: none can cancel, change or see another by its own ids', async () => {
    await client.place(1, limit(BUY, bid() - 5), 'Submitted');
    const other = await fixture.stoqey(gateway, 7);
    other.api.cancelOrder(1);
    assert.deepEqual((await other.next(EventName.error)).slice(1, 3), [10147, 1]);
    other.api.reqOpenOrders();
    await other.next(EventName.openOrderEnd);
    assert.deepEqual(other.of(EventName.openOrder), []);
    other.api.reqAllOpenOrders();
    await other.next(EventName.openOrderEnd);
    assert.equal(other.of(EventName.openOrder).length, 1);
    assert.equal(gateway.ledger.live().length, 1);
  });

  it('tells the master client about every order', async () => {
    const other = await fixture.gateway({ settings: { masterClientId: 9 } });
    await other.step(2000);
    const [master, trader] = [await fixture.stoqey(other, 9), await fixture.stoqey(other, 5)];
    await trader.place(1, market(BUY), 'Filled');
    const [, , execution] = (await master.next(EventName.execDetails)) as [number, unknown, Execution];
    assert.equal(execution.clientId, 5);
  });

  it('binds orders entered by hand to client 0 alone, under negative ids, and lets it cancel them', async () => {
    client.api.reqAutoOpenOrders(true);
    await client.next(EventName.info, (_text, code) => code === 327);
    const zero = await fixture.stoqey(gateway, 0);
    zero.api.reqAutoOpenOrders(true);
    await zero.settle();
    gateway.inject({ do: 'manualOrder', side: 'BUY', quantity: 1, limitPrice: bid() - 5 });
    const [, , orderId] = await zero.next(EventName.orderBound);
    assert.equal(orderId, -1);
    zero.api.cancelOrder(-1);
    await zero.next(EventName.orderStatus, (id: number, now: string) => id === -1 && now === 'Cancelled');
  });

  it('cancels everything of everybody on a global cancel', async () => {
    const other = await fixture.stoqey(gateway, 7);
    await client.place(1, limit(BUY, bid() - 5), 'Submitted');
    await other.place(1, limit(SELL, ask() + 5), 'Submitted');
    other.api.reqGlobalCancel();
    await client.next(EventName.orderStatus, (_id, now: string) => now === 'Cancelled');
    assert.deepEqual(gateway.ledger.live(), []);
  });

  it('answers executions, completed orders and positions after a reconnect as if nothing had happened', async () => {
    await client.place(1, market(BUY, { totalQuantity: 3 }), 'Filled');
    client.close();
    while (gateway.clientIds.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const again = await fixture.stoqey(gateway);
    assert.deepEqual(again.of(EventName.nextValidId), [[2]]);
    again.api.reqExecutions(4, {});
    again.api.reqPositions();
    again.api.reqCompletedOrders(false);
    await again.next(EventName.completedOrdersEnd);
    const seen = (name: EventName) => again.of(name);
    assert.equal((seen(EventName.execDetails)[0]![2] as Execution).shares, 3);
    assert.equal(seen(EventName.commissionReport).length, 1);
    assert.equal(seen(EventName.position)[0]![2], 3);
    assert.equal(seen(EventName.completedOrder).length, 1);
  });

  it('gives order executions of earlier days to nobody', async () => {
    let nowMs = Date.UTC(2024, 4, 7, 23, 59);
    const other = await fixture.gateway({ now: () => nowMs });
    await other.step(2000);
    const trader = await fixture.stoqey(other, 5);
    await trader.place(1, market(BUY), 'Filled');
    nowMs += 120_000;
    trader.api.reqExecutions(4, {});
    await trader.next(EventName.execDetailsEnd);
    assert.equal(trader.of(EventName.execDetails).length, 1, 'only the report of the fill itself');
  });
});
