import assert from 'node:assert/strict';
import { type Contract, EventName, type Execution, OrderAction, OrderType } from '@stoqey/ib';
import type { Gateway } from '../../simulator/gateway.js';
import { Fixture } from './fixture.js';
import type { StoqeyClient } from './stoqey-client.js';

const FAR_LIMIT = { action: OrderAction.BUY, orderType: OrderType.LMT, lmtPrice: 2000 };
const MARKET = { action: OrderAction.BUY, orderType: OrderType.MKT };

describe('an account that others trade in', () => {
  let fixture: Fixture;
  let gateway: Gateway;
  let client: StoqeyClient;
  beforeEach(async () => {
    fixture = new Fixture();
    gateway = await fixture.gateway();
    await gateway.step(2000);
    client = await fixture.stoqey(gateway);
    client.api.reqPositions();
    client.api.reqAccountUpdates(true, 'DU1000001');
    await client.settle();
  });
  afterEach(() => fixture.close());

  const toldPosition = async (contracts: number) => {
    await client.next(EventName.position, (_account, _contract, held: number) => held === contracts);
  };
  const position = () => [...gateway.ledger.accounts.get('DU1000001')!.positions.values()][0]?.quantity ?? 0;

  it('tells every change of position, whoever made it, until the subscription ends', async () => {
    gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 3 });
    await toldPosition(3);
    gateway.inject({ do: 'otherClientOrder', clientId: 9, side: 'SELL', quantity: 1 });
    await toldPosition(2);
    await client.place(1, MARKET, 'Filled');
    await toldPosition(3);
    gateway.inject({ do: 'adjustPosition', quantity: -2 });
    await toldPosition(1);
    gateway.inject({ do: 'correctExecution', shares: 1 });
    await toldPosition(2);
    gateway.inject({ do: 'bustExecution' });
    await toldPosition(0);
    gateway.inject({ do: 'manualTrade', side: 'SELL', quantity: 4 });
    await toldPosition(-4);
    gateway.inject({ do: 'closeByHand' });
    await toldPosition(0);
    client.api.cancelPositions();
    await client.settle();
    const told = client.of(EventName.position).length;
    gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 1 });
    await client.settle();
    assert.equal(client.of(EventName.position).length, told);
  });

  it('shows a fill in positions only later where the script says so, also to who asks', async () => {
    gateway.inject({ do: 'positionsLate', ms: 3_600_000 });
    await client.place(1, { ...MARKET, totalQuantity: 1 }, 'Filled');
    client.api.reqPositions();
    await client.next(EventName.positionEnd);
    assert.deepEqual(new Set(client.of(EventName.position).map(([, , held]) => held)), new Set([0]));
    assert.equal(position(), 1);
    gateway.inject({ do: 'positionsLate', ms: 20 });
    await client.place(2, { ...MARKET, totalQuantity: 1 }, 'Filled');
    await toldPosition(1); // the second; the first is still withheld
    assert.equal(position(), 2);
  });

  it('leaves the exchange of a position empty, as futures trade on several', async () => {
    gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 3 });
    const [, contract] = await client.next(EventName.position);
    assert.equal((contract as Contract).exchange, '');
  });

  it('tells account values and portfolio anew with every change of position', async () => {
    const before = client.of(EventName.updateAccountValue).length;
    gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 3 });
    await client.next(EventName.updatePortfolio, (_contract, held: number) => held === 3);
    const margins = client
      .of(EventName.updateAccountValue)
      .slice(before)
      .filter(([key]) => key === 'InitMarginReq');
    assert.deepEqual(margins.at(-1)?.slice(0, 3), ['InitMarginReq', '48000.00', 'USD']);
  });

  it('keeps what others trade from the client, but for those who ask for executions', async () => {
    gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 3 });
    gateway.inject({ do: 'otherClientOrder', clientId: 9, side: 'BUY', quantity: 1 });
    await client.settle();
    assert.deepEqual(client.of(EventName.execDetails), []);
    client.api.reqExecutions(5, {});
    await client.next(EventName.execDetailsEnd);
    const owners = client.of(EventName.execDetails).map(([, , execution]) => execution as { clientId: number });
    assert.deepEqual(new Set(owners.map(({ clientId }) => clientId)), new Set([0, 9]));
  });

  it("shows another client's working order among all open ones, and not to be cancelled by this one", async () => {
    gateway.inject({ do: 'otherClientOrder', clientId: 9, side: 'BUY', quantity: 1, limitPrice: 2000 });
    client.api.reqAllOpenOrders();
    const [orderId, , order] = await client.next(EventName.openOrder);
    assert.deepEqual([orderId, (order as { clientId: number }).clientId], [1, 9]);
    client.api.cancelOrder(1);
    assert.equal((await client.next(EventName.error))[1], 10147);
    assert.equal(gateway.ledger.live().length, 1);
  });

  it("cancels a client's order in TWS: the newest, or the one with the permId", async () => {
    for (const id of [1, 2, 3]) await client.place(id, FAR_LIMIT, 'Submitted');
    gateway.inject({ do: 'manualOrder', side: 'BUY', quantity: 1, limitPrice: 2000 });
    const cancelled = (id: number) =>
      client.next(EventName.orderStatus, (orderId: number, status: string) => orderId === id && status === 'Cancelled');
    gateway.inject({ do: 'cancelByHand' });
    await cancelled(3);
    gateway.inject({ do: 'cancelByHand', permId: gateway.ledger.find(251, 1)!.permId });
    await cancelled(1);
    assert.deepEqual(
      gateway.ledger.live().map(({ orderId }) => orderId),
      [2, 0],
    );
  });

  it('is closed by hand, with or without the working orders', async () => {
    await client.place(1, { ...MARKET, totalQuantity: 3 }, 'Filled');
    await client.place(2, FAR_LIMIT, 'Submitted');
    gateway.inject({ do: 'closeByHand' });
    assert.deepEqual([position(), gateway.ledger.live().length], [0, 1]);
    gateway.inject({ do: 'closeByHand', cancelOrders: true });
    await client.next(EventName.orderStatus, (id: number, status: string) => id === 2 && status === 'Cancelled');
    assert.deepEqual(gateway.ledger.live(), []);
  });

  it('loses its position at a settlement or an expiry without any execution', async () => {
    for (const reason of ['settlement', 'expiry'] as const) {
      gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 2 });
      await toldPosition(2);
      const executions = gateway.ledger.executions.length;
      gateway.inject({ do: 'adjustPosition', reason });
      await toldPosition(0);
      assert.equal(gateway.ledger.executions.length, executions);
    }
  });

  it('changes without a word where nobody is to be told, and answers the truth to who asks', async () => {
    gateway.inject({ do: 'adjustPosition', quantity: 5, reason: 'transfer', told: false });
    await client.settle();
    assert.deepEqual(client.of(EventName.position), []);
    client.api.reqPositions();
    await toldPosition(5);
  });

  it('is liquidated with 2148 and an execution that is nobody’s, marked as a liquidation', async () => {
    await client.place(1, { ...MARKET, totalQuantity: 3 }, 'Filled');
    gateway.inject({ do: 'adjustPosition', quantity: -3, reason: 'liquidation' });
    await toldPosition(0);
    const codes = [...client.of(EventName.info), ...client.of(EventName.error)].map(([, code]) => code);
    assert.ok(codes.includes(2148));
    client.api.reqExecutions(5, {});
    await client.next(EventName.execDetailsEnd);
    const last = client.of(EventName.execDetails).at(-1)![2] as Execution;
    assert.deepEqual([last.clientId, last.orderId, last.side, last.shares, last.liquidation], [0, -1, 'SLD', 3, 1]);
  });

  it('is kept in another currency where the settings say so, with the rate between', async () => {
    const other = await fixture.gateway({
      settings: { accountCurrency: 'EUR', exchangeRate: 0.9, startCash: 100_000 },
    });
    const saver = await fixture.raw(other);
    saver.send('6', '2', '1', '');
    await saver.next(([id]) => id === '54');
    const rows = saver.messages
      .filter(([id]) => id === '6')
      .map(([, , key, value, currency]) => [key, value, currency]);
    const of = (key: string) => rows.filter(([name]) => name === key).map(([, ...rest]) => rest);
    assert.deepEqual(of('NetLiquidation'), [['90000.00', 'EUR']]);
    assert.deepEqual(of('CashBalance'), [
      ['90000.00', 'EUR'],
      ['100000.00', 'USD'],
    ]);
    assert.deepEqual(of('ExchangeRate'), [
      ['1.00', 'EUR'],
      ['0.9', 'USD'],
    ]);
  });
});
