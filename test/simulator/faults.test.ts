import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EventName, type Execution, OrderAction, OrderType } from '@stoqey/ib';
import { BadInput } from '../../shared/failure.js';
import { type Fault, readFaultScript } from '../../simulator/faults/fault-script.js';
import type { Gateway } from '../../simulator/gateway.js';
import { Fixture } from './fixture.js';
import { cancelRequest, depthRequest, orderFields } from './raw-client.js';
import { type DepthOperation, readSample, SpliceBook } from './sample.js';
import { ES, type StoqeyClient } from './stoqey-client.js';

const MARKET = { action: OrderAction.BUY, orderType: OrderType.MKT };
const FAR_LIMIT = { action: OrderAction.BUY, orderType: OrderType.LMT, lmtPrice: 2000 };
const sample = readSample();

describe('fault script', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.close());

  /** A gateway with a book, whose script begins to count with the first order. */
  async function scripted(...faults: Fault[]): Promise<Gateway> {
    const gateway = await fixture.gateway({ faults });
    await gateway.step(2000);
    return gateway;
  }
  const connected = async (...faults: Fault[]): Promise<[Gateway, StoqeyClient]> => {
    const gateway = await scripted(...faults);
    return [gateway, await fixture.stoqey(gateway)];
  };
  const statuses = (client: StoqeyClient) => client.of(EventName.orderStatus).map(([, status]) => status);
  const kinds = (client: StoqeyClient) =>
    client.heard
      .map(([name]) => name)
      .filter((name) =>
        [EventName.openOrder, EventName.orderStatus, EventName.execDetails, EventName.commissionReport].includes(name),
      );

  it('refuses cancels of live orders with 10149 or another code, and the orders work on', async () => {
    const gateway = await scripted();
    const client = await fixture.raw(gateway);
    gateway.inject({ do: 'refuseCancel' });
    gateway.inject({ do: 'refuseCancel', code: 161, text: 'too late' });
    client.send(...orderFields(1, { limit: '2000' }));
    for (const expected of [10149, 161]) {
      client.send(...cancelRequest(1));
      assert.deepEqual(await client.nextError(), [1, expected]);
      assert.equal(gateway.ledger.live().length, 1);
    }
    client.send(...cancelRequest(1));
    assert.deepEqual(await client.nextError(), [1, 202]);
    assert.equal(gateway.ledger.live().length, 0);
  });

  it('refuses requests for depth with 10092 or another code, so often as asked', async () => {
    const gateway = await scripted();
    const client = await fixture.raw(gateway);
    gateway.inject({ do: 'refuseDepth' });
    gateway.inject({ do: 'refuseDepth', code: 10090 });
    for (const [reqId, expected] of [
      [1, 10092],
      [2, 10090],
    ] as const) {
      client.send(...depthRequest(reqId));
      assert.deepEqual(await client.nextError(), [reqId, expected]);
    }
    client.send(...depthRequest(3));
    assert.equal((await client.next(([id]) => id === '12'))[2], '3');
  });

  for (const [name, action] of [
    ['splits TCP segments', { do: 'splitSegments', bytes: 3, forMs: 60_000 }],
    ['merges TCP segments', { do: 'mergeSegments', holdMs: 20, forMs: 60_000 }],
  ] as const)
    it(`${name}, and every message still arrives once and in order`, async () => {
      const gateway = await fixture.gateway();
      const client = await fixture.stoqey(gateway);
      gateway.inject(action);
      client.api.reqMktDepth(7, ES, 10, false);
      await client.settle();
      await gateway.step(1000);
      await client.settle();
      const expected = sample.lines.slice(0, 1000).filter((line) => line.kind === 'depth');
      assert.deepEqual(
        client.of(EventName.updateMktDepth).map(([, position, op, side, price]) => [position, op, side, price]),
        expected.map(({ position, op, side, price }) => [position, op, side, price]),
      );
    });

  it('resets the connection before the gateway knows an order: it was never placed', async () => {
    const [gateway, client] = await connected({ at: { onOrder: 1, phase: 'received' }, action: { do: 'reset' } });
    client.api.placeOrder(1, ES, { ...MARKET, totalQuantity: 1, transmit: true });
    await client.next(EventName.disconnected);
    assert.equal(gateway.ledger.orders.size, 0);
  });

  it('resets the connection after an order was taken and before the client hears of it: it was filled', async () => {
    const [gateway, client] = await connected({ at: { onOrder: 1, phase: 'accepted' }, action: { do: 'reset' } });
    client.api.placeOrder(1, ES, { ...MARKET, totalQuantity: 1, transmit: true });
    await client.next(EventName.disconnected);
    assert.deepEqual(statuses(client), []);
    assert.equal(gateway.ledger.executions.length, 1);
  });

  it('resets the connection after the client heard of a fill', async () => {
    const [gateway, client] = await connected({ at: { onFill: 1, phase: 'reported' }, action: { do: 'reset' } });
    client.api.placeOrder(1, ES, { ...MARKET, totalQuantity: 1, transmit: true });
    await client.next(EventName.disconnected);
    assert.equal(gateway.ledger.executions.length, 1);
    assert.equal(client.of(EventName.execDetails).length, 1);
  });

  it('closes only the client that is named', async () => {
    const [gateway, client] = await connected();
    const other = await fixture.raw(gateway, 5);
    gateway.inject({ do: 'close', clientId: 251 });
    await client.next(EventName.disconnected);
    other.send('49', '1');
    await other.next(([id]) => id === '49');
  });

  it('hangs in silence, and goes on where it was when it is over', async () => {
    const [gateway, client] = await connected();
    gateway.inject({ do: 'hang' });
    client.api.placeOrder(1, ES, { ...MARKET, totalQuantity: 1, transmit: true });
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(gateway.ledger.orders.size, 0);
    assert.deepEqual(gateway.clientIds, [251]);
    gateway.inject({ do: 'resume' });
    await client.next(EventName.orderStatus, (_id, status: string) => status === 'Filled');
  });

  it('loses IB with 1100 and comes back with 1101 and no subscriptions', async () => {
    const [gateway, client] = await connected();
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    gateway.inject({ do: 'connectivityLost', restore: 1101, afterMs: 20 });
    await client.next(EventName.info, (_text, code) => code === 1100);
    await client.next(EventName.info, (_text, code) => code === 1101);
    const before = client.of(EventName.updateMktDepth).length;
    await gateway.step(1000);
    await client.settle();
    assert.equal(client.of(EventName.updateMktDepth).length, before);
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    assert.deepEqual(client.of(EventName.error), []);
  });

  it('loses IB with 1100, sends no data meanwhile, and after 1102 the book is whole again', async () => {
    const [gateway, client] = await connected();
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    gateway.inject({ do: 'connectivityLost' });
    await client.next(EventName.info, (_text, code) => code === 1100);
    const before = client.of(EventName.updateMktDepth).length;
    await gateway.step(500);
    await client.settle();
    assert.equal(client.of(EventName.updateMktDepth).length, before);
    gateway.inject({ do: 'connectivityRestored', code: 1102 });
    await client.next(EventName.info, (_text, code) => code === 1102);
    await gateway.step(500);
    await client.settle();
    assert.deepEqual(bookAfterReset(client), referenceAfter(3000));
  });

  for (const [reports, expected] of [
    ['lose', 0],
    ['hold', 1],
    ['deliver', 1],
  ] as const)
    it(`keeps what happens to orders during an outage from the client, or not, as told: ${reports}`, async () => {
      const [gateway, client] = await connected();
      const bid = gateway.market.book.bids[0]!.priceTicks * 0.25;
      await client.place(1, { ...FAR_LIMIT, lmtPrice: bid }, 'Submitted');
      gateway.inject({ do: 'connectivityLost', reports });
      while (gateway.ledger.live().length > 0) await gateway.step(100);
      if (reports === 'deliver') await client.next(EventName.execDetails);
      gateway.inject({ do: 'connectivityRestored' });
      await client.next(EventName.info, (_text, code) => code === 1102);
      await client.settle();
      assert.equal(client.of(EventName.execDetails).length, expected);
      client.api.reqExecutions(5, {});
      await client.next(EventName.execDetailsEnd);
      assert.equal(client.of(EventName.execDetails).length, expected + 1);
    });

  it('lets order requests wait out an outage', async () => {
    const [gateway, client] = await connected();
    gateway.inject({ do: 'connectivityLost' });
    client.api.placeOrder(1, ES, { ...MARKET, totalQuantity: 1, transmit: true });
    await client.settle();
    assert.equal(gateway.ledger.orders.size, 0);
    gateway.inject({ do: 'connectivityRestored' });
    await client.next(EventName.orderStatus, (_id, status: string) => status === 'Filled');
  });

  it('tells a client that connects during an outage', async () => {
    const gateway = await scripted();
    gateway.inject({ do: 'connectivityLost' });
    const client = await fixture.stoqey(gateway);
    await client.next(EventName.info, (_text, code) => code === 1100);
  });

  for (const code of [2103, 2105, 2110])
    it(`sends ${code}, mutes the data for a while, and says when it is over`, async () => {
      const [gateway, client] = await connected();
      client.api.reqMktDepth(7, ES, 10, false);
      await client.settle();
      gateway.inject({ do: 'notice', code, muteMs: 'until-unmute' });
      await client.next(EventName.info, (_text, heard) => heard === code);
      const before = client.of(EventName.updateMktDepth).length;
      await gateway.step(300);
      await client.settle();
      assert.equal(client.of(EventName.updateMktDepth).length, before);
      gateway.inject({ do: 'unmute', thenCode: 2104 });
      await client.next(EventName.info, (_text, heard) => heard === 2104);
      await client.settle();
      assert.deepEqual(bookAfterReset(client), referenceAfter(2300));
    });

  it('resets the depth with 317 and builds it anew', async () => {
    const [gateway, client] = await connected();
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    gateway.inject({ do: 'depthReset' });
    await client.settle();
    assert.deepEqual(
      client.of(EventName.error).map(([, code, id]) => [id, code]),
      [[7, 317]],
    );
    assert.deepEqual(bookAfterReset(client), referenceAfter(2000));
  });

  it('halts the depth with 316 until it is asked for again', async () => {
    const [gateway, client] = await connected();
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    gateway.inject({ do: 'depthHalt' });
    await client.next(EventName.error, (_text, code) => code === 316);
    client.api.reqMktDepth(7, ES, 10, false);
    await client.settle();
    assert.equal(client.of(EventName.error).length, 1);
  });

  it('tells states twice, leaves them out, or tells them in reverse', async () => {
    const told = async (action: Fault['action']): Promise<unknown[]> => {
      const [, client] = await connected({ at: { onOrder: 1, phase: 'received' }, action });
      client.api.placeOrder(1, ES, { ...MARKET, totalQuantity: 1, transmit: true });
      await client.next(EventName.commissionReport);
      await client.settle();
      return statuses(client);
    };
    assert.deepEqual(await told({ do: 'duplicateStatus', copies: 1, times: 1 }), [
      'PreSubmitted',
      'PreSubmitted',
      'Submitted',
      'Submitted',
      'Filled',
      'Filled',
    ]);
    assert.deepEqual(await told({ do: 'skipStatus', status: 'Filled', times: 1 }), ['PreSubmitted', 'Submitted']);
    assert.deepEqual(await told({ do: 'skipStatus', times: 1 }), []);
    assert.deepEqual(await told({ do: 'reorderStatus', times: 1 }), ['Filled', 'Submitted', 'PreSubmitted']);
  });

  it('tells an execution before the order it belongs to', async () => {
    const [, client] = await connected({
      at: { onOrder: 1, phase: 'received' },
      action: { do: 'executionFirst', times: 1 },
    });
    await client.place(1, MARKET, 'Filled');
    assert.equal(kinds(client)[0], EventName.execDetails);
  });

  it('tells commissions late or never', async () => {
    const [gatewayOfLate, late] = await connected({
      at: { onOrder: 1, phase: 'received' },
      action: { do: 'delayCommission', times: 1 },
    });
    await late.place(1, MARKET, 'Filled');
    await late.settle();
    assert.equal(late.of(EventName.commissionReport).length, 0);
    gatewayOfLate.inject({ do: 'releaseReports' });
    await late.next(EventName.commissionReport);
    const [, never] = await connected({
      at: { onOrder: 1, phase: 'received' },
      action: { do: 'loseCommission', times: 1 },
    });
    await never.place(1, MARKET, 'Filled');
    await never.settle();
    assert.equal(never.of(EventName.commissionReport).length, 0);
  });

  it('tells everything late, so that an order is in flight, or loses it', async () => {
    const [gateway, client] = await connected(
      { at: { onOrder: 1, phase: 'received' }, action: { do: 'delayReports', times: 1 } },
      { at: { onOrder: 2, phase: 'received' }, action: { do: 'loseReports', times: 1 } },
    );
    client.api.placeOrder(1, ES, { ...MARKET, totalQuantity: 1, transmit: true });
    await client.settle();
    assert.equal(gateway.ledger.executions.length, 1);
    assert.deepEqual(statuses(client), []);
    gateway.inject({ do: 'releaseReports' });
    await client.next(EventName.orderStatus, (_id, status: string) => status === 'Filled');
    client.api.placeOrder(2, ES, { ...MARKET, totalQuantity: 1, transmit: true });
    await client.settle();
    assert.equal(gateway.ledger.executions.length, 2);
    assert.equal(client.of(EventName.execDetails).length, 1);
  });

  it('corrects an execution under the same id with .02, in the books too', async () => {
    const [gateway, client] = await connected();
    await client.place(1, { ...MARKET, totalQuantity: 2 }, 'Filled');
    gateway.inject({ do: 'correctExecution', priceTicks: -1, shares: -1 });
    await client.settle();
    const [first, second] = client.of(EventName.execDetails).map(([, , execution]) => execution as Execution);
    assert.equal(second!.execId, first!.execId!.replace(/\.01$/, '.02'));
    assert.deepEqual([second!.shares, second!.price], [1, first!.price! - 0.25]);
    client.api.reqPositions();
    assert.equal((await client.next(EventName.position))[2], 1);
  });

  it('repeats an execution word for word', async () => {
    const [gateway, client] = await connected();
    await client.place(1, MARKET, 'Filled');
    gateway.inject({ do: 'repeatExecution' });
    await client.settle();
    const [first, second] = client.of(EventName.execDetails);
    assert.deepEqual(first, second);
  });

  it('rejects an order with any code, and takes a working order away unasked', async () => {
    const [gateway, client] = await connected({
      at: { onOrder: 1, phase: 'received' },
      action: { do: 'rejectOrder', code: 201, text: 'no', status: 'Inactive', times: 1 },
    });
    await client.place(1, MARKET, 'Inactive');
    await client.next(EventName.error, (_text, code, id) => code === 201 && id === 1);
    await client.place(2, FAR_LIMIT, 'Submitted');
    gateway.inject({ do: 'cancelOrder', text: 'end of day' });
    await client.next(EventName.orderStatus, (id: number, status: string) => id === 2 && status === 'Cancelled');
  });

  it('sends any message, also one that no client knows', async () => {
    const gateway = await scripted();
    const client = await fixture.raw(gateway);
    gateway.inject({ do: 'message', fields: [999, 'nonsense'] });
    assert.deepEqual(await client.next(([id]) => id === '999'), ['999', 'nonsense']);
  });

  it('restarts: sockets close, the port comes back, ids go backwards, a late order never was, the rest is kept', async () => {
    const [gateway, client] = await connected();
    await client.place(1, { ...MARKET, totalQuantity: 2 }, 'Filled');
    await client.place(2, FAR_LIMIT, 'Submitted');
    await client.place(3, FAR_LIMIT, 'Submitted');
    gateway.inject({ do: 'restart', downMs: 30, idsBackBy: 1, loseOrders: 1 });
    await client.next(EventName.disconnected);
    const again = await reconnect(gateway);
    assert.deepEqual(again.of(EventName.nextValidId), [[3]]);
    again.api.reqAllOpenOrders();
    await again.next(EventName.openOrderEnd);
    assert.deepEqual(
      again.of(EventName.openOrder).map(([id]) => id),
      [2],
    );
    again.api.reqPositions();
    assert.equal((await again.next(EventName.position))[2], 2);
    await again.place(3, FAR_LIMIT, 'Submitted');
  });

  it('strikes at the event, the connection or the time that the script names', async () => {
    const gateway = await fixture.gateway({
      faults: [
        { at: { onEvent: 300 }, action: { do: 'notice', code: 2103, id: -1 } },
        { at: { onConnect: 2 }, action: { do: 'notice', code: 2105, id: -1 } },
        { at: { afterMs: 300 }, action: { do: 'notice', code: 2110, id: -1 } },
      ],
    });
    const client = await fixture.stoqey(gateway);
    const codes = () =>
      client
        .of(EventName.info)
        .map(([, code]) => code)
        .filter((code) => ![2104, 2106, 2158, 2110].includes(code as number));
    await gateway.step(299);
    await client.settle();
    assert.deepEqual(codes(), []);
    await gateway.step(1);
    await client.next(EventName.info, (_text, code) => code === 2103);
    await fixture.raw(gateway, 5);
    await client.next(EventName.info, (_text, code) => code === 2105);
    while (!client.of(EventName.info).some(([, code]) => code === 2110))
      await new Promise((resolve) => setTimeout(resolve, 2));
    assert.deepEqual(codes(), [2103, 2105]);
  });

  it('leaves orders in the gateway alone that a raw client placed and whose connection broke', async () => {
    const gateway = await scripted();
    const client = await fixture.raw(gateway);
    client.send(...orderFields(1, { limit: '2000' }));
    await client.next(([id]) => id === '3');
    gateway.inject({ do: 'reset' });
    await client.closed();
    assert.equal(gateway.ledger.live().length, 1);
  });

  async function reconnect(gateway: Gateway): Promise<StoqeyClient> {
    for (;;) {
      const client = fixture.attempt(gateway, 251);
      const first = await client.nextOf([EventName.nextValidId, EventName.error]);
      if (first === EventName.nextValidId) return client;
      client.close();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
});

describe('fault script file', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-faults-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (text: string): string => {
    const file = path.join(folder, 'faults.jsonl');
    writeFileSync(file, text);
    return file;
  };

  it('reads one fault a line, with defaults, comments and empty lines', () => {
    const file = write(
      '\ufeff# nightly\n\n{"at":{"onOrder":2},"do":"reset"}\r\n{"at":{"afterMs":5},"do":"restart","idsBackBy":3}\n',
    );
    assert.deepEqual(readFaultScript(file), [
      { at: { onOrder: 2, phase: 'reported' }, action: { do: 'reset' } },
      { at: { afterMs: 5 }, action: { do: 'restart', downMs: 500, idsBackBy: 3, loseOrders: 0 } },
    ]);
  });

  for (const [name, line, where] of [
    ['a line that is not JSON', '{"at"', /line 2.*not JSON/],
    ['an unknown fault', '{"at":{"onOrder":1},"do":"explode"}', /line 2.*do/],
    ['a missing moment', '{"do":"reset"}', /line 2.*at/],
    ['an unknown moment', '{"at":{"onMoon":1},"do":"reset"}', /line 2.*at/],
    ['a wrong field', '{"at":{"onOrder":1},"do":"splitSegments","bytes":0}', /line 2.*bytes/],
    ['an unknown field', '{"at":{"onOrder":1},"do":"reset","hard":true}', /line 2.*hard/],
  ] as const)
    it(`refuses ${name}, and names line and field`, () => {
      const file = write(`# first\n${line}\n`);
      assert.throws(
        () => readFaultScript(file),
        (error) => error instanceof BadInput && where.test(error.message),
      );
    });
});

function referenceAfter(events: number): SpliceBook['sides'] {
  const book = new SpliceBook(10);
  for (const operation of sample.lines.slice(0, events)) if (operation.kind === 'depth') book.apply(operation);
  return book.top(10);
}

/** The book that a client has which empties it at 317 and then splices. */
function bookAfterReset(client: StoqeyClient): SpliceBook['sides'] {
  const book = new SpliceBook(10);
  for (const [name, ...args] of client.heard) {
    if (name === EventName.error && args[1] === 317) book.clear();
    if (name !== EventName.updateMktDepth) continue;
    const [, position, op, side, price, size] = args;
    book.apply({ position, op, side, price, size } as DepthOperation);
  }
  return book.top(10);
}
