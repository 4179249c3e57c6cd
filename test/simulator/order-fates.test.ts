import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { faultAction } from '../../simulator/faults/fault-script.js';
import type { Gateway, GatewayOptions } from '../../simulator/gateway.js';
import { Fixture } from './fixture.js';
import { cancelRequest, orderFields, type RawClient } from './raw-client.js';

const LIMIT = { limit: '2000', quantity: '5' };
const MARKET = { type: 'MKT', limit: '', quantity: '2' };

describe('what becomes of orders', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.close());

  async function started(options: Partial<GatewayOptions> = {}): Promise<[Gateway, RawClient]> {
    const gateway = await fixture.gateway(options);
    await gateway.step(2000);
    return [gateway, await fixture.raw(gateway, 251)];
  }

  for (const hidden of [false, true])
    it(`tells executions after the Filled that counts them${hidden ? ', and nobody who asks for them meanwhile' : ''}`, async () => {
      const [gateway, client] = await started();
      gateway.inject({ do: 'executionsLate', ms: hidden ? 3_600_000 : 20 });
      client.send(...orderFields(1, MARKET));
      const filled = await client.next(([id, , status]) => id === '3' && status === 'Filled');
      assert.deepEqual(filled.slice(3, 5), ['2', '0']);
      if (hidden) assert.deepEqual(await executionsOf(client), []);
      else {
        await client.next(([id]) => id === '11'); // behind the status
        await client.next(([id]) => id === '59');
        assert.equal((await executionsOf(client)).length, 1);
      }
      assert.equal(gateway.ledger.executions.length, 1);
    });

  it('fills before a cancel that came too late: Cancelled with what it filled, 202, and then the executions', async () => {
    const [gateway, client] = await started();
    gateway.inject({ do: 'cancelFillRace', fillContracts: 3, ms: 20 });
    client.send(...orderFields(1, LIMIT));
    client.send(...cancelRequest(1));
    const cancelled = await client.next(([id, , status]) => id === '3' && status === 'Cancelled');
    assert.deepEqual(cancelled.slice(3, 5), ['3', '2']);
    assert.deepEqual(await client.nextError(), [1, 202]);
    const execution = await client.next(([id]) => id === '11');
    assert.equal(execution[19], '3');
    assert.equal(positionOf(gateway), 3);
    assert.deepEqual(gateway.ledger.live(), []);
  });

  it('tells a cancel that came too late for the whole order as Cancelled all the same', async () => {
    const [gateway, client] = await started();
    gateway.inject({ do: 'cancelFillRace', fillContracts: 9, ms: 20 });
    client.send(...orderFields(1, LIMIT));
    client.send(...cancelRequest(1));
    const cancelled = await client.next(([id, , status]) => id === '3' && status === 'Cancelled');
    assert.deepEqual(cancelled.slice(3, 5), ['5', '0']);
    await client.next(([id]) => id === '11');
    assert.equal(positionOf(gateway), 5);
  });

  it('tells an order Inactive that comes back as Submitted and works: it was never gone', async () => {
    const [gateway, client] = await started();
    gateway.inject({ do: 'inactive', thenMs: 20, code: 404 });
    client.send(...orderFields(1, LIMIT));
    await client.next(([id, , status]) => id === '3' && status === 'Inactive');
    assert.deepEqual(await client.nextError(), [1, 404]);
    await client.next(([id, , status]) => id === '3' && status === 'Submitted');
    assert.equal(gateway.ledger.live()[0]!.status, 'Submitted');
  });

  it('shows an order that will come back among the open ones, and lets it be cancelled meanwhile', async () => {
    const [gateway, client] = await started();
    gateway.inject({ do: 'inactive', thenMs: 3_600_000 });
    client.send(...orderFields(1, LIMIT));
    await client.next(([id, , status]) => id === '3' && status === 'Inactive');
    assert.equal(gateway.ledger.live().length, 1);
    client.send(...cancelRequest(1));
    assert.deepEqual(await client.nextError(), [1, 202]);
    assert.equal(gateway.ledger.live().length, 0);
  });

  it('tells an order Inactive for good, without an error', async () => {
    const [gateway, client] = await started();
    gateway.inject({ do: 'inactive' });
    client.send(...orderFields(1, LIMIT));
    await client.next(([id, , status]) => id === '3' && status === 'Inactive');
    await settle(client);
    assert.deepEqual(orderErrors(client), []);
    assert.deepEqual(gateway.ledger.live(), []);
  });

  it('shows an order open again that was reported as Cancelled, and works it', async () => {
    const [gateway, client] = await started();
    client.send(...orderFields(1, LIMIT));
    client.send(...cancelRequest(1));
    await client.next(([id, , status]) => id === '3' && status === 'Cancelled');
    gateway.inject({ do: 'reappear', ms: 10 });
    await client.next(([id]) => id === '5');
    await client.next(([id, , status]) => id === '3' && status === 'Submitted');
    assert.equal(gateway.ledger.live().length, 1);
    client.send(...orderFields(1, { ...LIMIT, limit: '3500' }));
    await client.next(([id, , status]) => id === '3' && status === 'Filled');
  });

  it('leaves the newest order out of an answer about open orders, though it works on', async () => {
    const [gateway, client] = await started();
    for (const orderId of [1, 2]) client.send(...orderFields(orderId, LIMIT));
    await settle(client);
    gateway.inject({ do: 'omitOpenOrder' });
    for (const expected of [['1'], ['1', '2']]) {
      const before = messagesOf(client, '5').length;
      client.send('16', '1');
      await client.next(([id]) => id === '53');
      const shown = messagesOf(client, '5').slice(before);
      assert.deepEqual(
        shown.map((message) => message[1]),
        expected,
      );
    }
    assert.equal(gateway.ledger.live().length, 2);
  });

  it('shows an order again that a restart seemed to have lost', async () => {
    const [gateway, client] = await started();
    client.send(...orderFields(1, LIMIT));
    await client.next(([id, , status]) => id === '3' && status === 'Submitted');
    gateway.inject({ do: 'restart', downMs: 10, loseOrders: 1 });
    await client.closed();
    assert.deepEqual(gateway.ledger.live(), []);
    gateway.inject({ do: 'reappear' });
    while (gateway.ledger.live().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.equal(gateway.ledger.live()[0]!.orderId, 1);
  });

  for (const status of ['Inactive', 'Cancelled', 'none'] as const)
    it(`rejects with every code, and with the status ${status}`, async () => {
      const [gateway, client] = await started();
      const codes = [110, 201, 203, 383, 387, 399, 109, 460, 10268, 10289];
      for (const [at, code] of codes.entries()) {
        gateway.inject({ do: 'rejectOrder', code, status });
        client.send(...orderFields(at + 1, LIMIT));
      }
      for (const [at, code] of codes.entries()) assert.deepEqual(await client.nextError(), [at + 1, code]);
      const told = status === 'none' ? [] : Array(codes.length).fill(status);
      assert.deepEqual(
        messagesOf(client, '3').map((message) => message[2]),
        told,
      );
      assert.deepEqual(gateway.ledger.live(), []);
      assert.equal(gateway.ledger.orders.size, told.length);
    });

  it('warns about an order that works all the same', async () => {
    const [gateway, client] = await started();
    gateway.inject({ do: 'warnOrder' });
    client.send(...orderFields(1, LIMIT));
    assert.deepEqual(await client.nextError(), [1, 10349]);
    await client.next(([id, , status]) => id === '3' && status === 'Submitted');
    assert.equal(gateway.ledger.live().length, 1);
  });

  it('holds an order with 399 and PreSubmitted, and submits it later', async () => {
    const [gateway, client] = await started();
    gateway.inject({ do: 'holdOrder', ms: 20 });
    client.send(...orderFields(1, MARKET));
    await client.next(([id, , status]) => id === '3' && status === 'PreSubmitted');
    const warning = await client.next(([id, , , code]) => id === '4' && code === '399');
    assert.match(warning[4]!, /BUY 2 ESU9 CME\nWarning: your order will not be placed .* until 2019\d{4} \S+ UTC$/);
    assert.equal(gateway.ledger.executions.length, 0);
    await client.next(([id, , status]) => id === '3' && status === 'Filled');
  });

  it('answers the cancel of a held order at once, or only when the market opens', async () => {
    const [gateway, client] = await started();
    gateway.inject({ do: 'holdOrder' });
    gateway.inject({ do: 'holdOrder', ms: 50, cancelsWait: true });
    client.send(...orderFields(1, MARKET));
    client.send(...cancelRequest(1));
    await client.next(([id, orderId, status]) => id === '3' && orderId === '1' && status === 'Cancelled');
    client.send(...orderFields(2, MARKET));
    client.send(...cancelRequest(2));
    await client.next(([id, orderId, status]) => id === '3' && orderId === '2' && status === 'PendingCancel');
    await client.next(([id, orderId, status]) => id === '3' && orderId === '2' && status === 'Cancelled');
    assert.equal(gateway.ledger.executions.length, 0);
  });

  it('refuses limit prices outside the band around the last trade, until the band is lifted', async () => {
    const [gateway, client] = await started();
    const last = gateway.market.lastTicks! * 0.25;
    gateway.inject({ do: 'priceBand', ticks: 8 });
    client.send(...orderFields(1, { limit: String(last - 2) }));
    client.send(...orderFields(2, { limit: String(last - 2.25) }));
    assert.deepEqual(await client.nextError(), [2, 201]);
    gateway.inject({ do: 'priceBand', ticks: 8, code: 163, status: 'none' });
    client.send(...orderFields(3, { limit: String(last - 2.25) }));
    assert.deepEqual(await client.nextError(), [3, 163]);
    gateway.inject({ do: 'priceBand' });
    client.send(...orderFields(4, { limit: String(last - 50) }));
    await client.next(([id, orderId, status]) => id === '3' && orderId === '4' && status === 'Submitted');
    assert.deepEqual(
      gateway.ledger.live().map(({ orderId }) => orderId),
      [1, 4],
    );
  });

  it('tells PendingSubmit, PreSubmitted, Submitted, PendingCancel and Cancelled, each after its delay', async () => {
    const statusDelays = { pendingSubmitMs: 15, preSubmittedMs: 15, cancelMs: 15 };
    const [gateway, client] = await started({ settings: { statusDelays } });
    client.send(...orderFields(1, LIMIT));
    await client.next(([id, , status]) => id === '3' && status === 'Submitted');
    client.send(...cancelRequest(1));
    await client.next(([id, , status]) => id === '3' && status === 'PendingCancel');
    await client.next(([id, , status]) => id === '3' && status === 'Cancelled');
    assert.deepEqual(
      messagesOf(client, '3').map((message) => message[2]),
      ['PendingSubmit', 'PreSubmitted', 'Submitted', 'PendingCancel', 'Cancelled'],
    );
    assert.deepEqual(gateway.ledger.live(), []);
  });

  it('can still fill an order whose cancel is on its way', async () => {
    const [gateway, client] = await started({ settings: { statusDelays: { cancelMs: 3_600_000 } } });
    const bid = gateway.market.book.bids[0]!.priceTicks * 0.25;
    client.send(...orderFields(1, { limit: String(bid) }));
    await client.next(([id, , status]) => id === '3' && status === 'Submitted');
    client.send(...cancelRequest(1));
    await client.next(([id, , status]) => id === '3' && status === 'PendingCancel');
    client.send(...cancelRequest(1));
    assert.deepEqual(await client.nextError(), [1, 10148]);
    while (gateway.ledger.live().length > 0 && gateway.market.eventsPlayed < 20_000) await gateway.step(50);
    await client.next(([id, , status]) => id === '3' && status === 'Filled');
  });

  it('tells ApiCancelled where the server never had the order', async () => {
    const [gateway, client] = await started({ settings: { statusDelays: { pendingSubmitMs: 3_600_000 } } });
    client.send(...orderFields(1, MARKET));
    await client.next(([id, , status]) => id === '3' && status === 'PendingSubmit');
    client.send(...cancelRequest(1));
    await client.next(([id, , status]) => id === '3' && status === 'ApiCancelled');
    assert.deepEqual(gateway.ledger.live(), []);
    assert.equal(gateway.ledger.executions.length, 0);
  });

  it('refuses a price with float dust by 110, and takes the same price without', async () => {
    const [, client] = await started();
    for (const [orderId, limit] of [
      [1, '2900.2500000000005'],
      [2, '2900.3'],
      [3, '2900.250001'],
    ] as const) {
      client.send(...orderFields(orderId, { limit }));
      assert.deepEqual(await client.nextError(), [orderId, 110]);
    }
    client.send(...orderFields(4, { limit: '2900.250' }));
    await client.next(([id, orderId]) => id === '3' && orderId === '4');
  });

  for (const [name, action, told] of [
    ['told as Cancelled with 202', { do: 'expireDayOrders' }, true],
    ['without a word', { do: 'expireDayOrders', told: false }, false],
  ] as [string, z.input<typeof faultAction>, boolean][])
    it(`ends orders for the day, and no others, ${name}`, async () => {
      const [gateway, client] = await started();
      client.send(...orderFields(1, LIMIT));
      client.send(...orderFields(2, { ...LIMIT, tif: 'GTC' }));
      await client.next(([id, orderId, status]) => id === '3' && orderId === '2' && status === 'Submitted');
      gateway.inject(action);
      await settle(client);
      assert.deepEqual(
        gateway.ledger.live().map(({ orderId }) => orderId),
        [2],
      );
      assert.deepEqual(orderErrors(client), told ? [['1', '202']] : []);
      assert.equal(
        messagesOf(client, '3').some((message) => message[2] === 'Cancelled'),
        told,
      );
    });

  for (const dayOrdersEnd of ['told', 'untold', 'never'] as const)
    it(`ends orders for the day with the exchange's session by its own clock: ${dayOrdersEnd}`, async () => {
      let nowMs = Date.UTC(2024, 4, 7, 20, 59, 59); // the session ends at 21:00 UTC
      const [gateway, client] = await started({ now: () => nowMs, settings: { dayOrdersEnd } });
      gateway.inject({ do: 'holdOrder' });
      client.send(...orderFields(1, MARKET)); // held until the next open
      client.send(...orderFields(2, { ...LIMIT, tif: 'GTC' }));
      client.send(...orderFields(3, LIMIT));
      await client.next(([id, orderId, status]) => id === '3' && orderId === '3' && status === 'Submitted');
      nowMs += 2000;
      await gateway.step(1);
      await settle(client);
      const left = gateway.ledger.live().map(({ orderId }) => orderId);
      assert.deepEqual(left, dayOrdersEnd === 'never' ? [1, 2, 3] : [2]);
      assert.equal(orderErrors(client).filter(([, code]) => code === '202').length, dayOrdersEnd === 'told' ? 2 : 0);
      nowMs += 3_600_000;
      await gateway.step(1);
      assert.equal(gateway.ledger.executions.length > 0, dayOrdersEnd === 'never');
    });
});

const messagesOf = (client: RawClient, id: string): string[][] => client.messages.filter(([first]) => first === id);

/** Errors about orders as [order id, code]. */
const orderErrors = (client: RawClient): string[][] =>
  messagesOf(client, '4')
    .filter(([, , id]) => id !== '-1')
    .map(([, , id, code]) => [id!, code!]);

/** Everything sent so far has been answered. */
async function settle(client: RawClient): Promise<void> {
  client.send('49', '1');
  await client.next(([id]) => id === '49');
}

async function executionsOf(client: RawClient): Promise<string[][]> {
  client.send('7', '3', '77', '0', '', '', '', '', '', '');
  await client.next(([id, , reqId]) => id === '55' && reqId === '77');
  return messagesOf(client, '11').filter(([, reqId]) => reqId === '77');
}

const positionOf = (gateway: Gateway): number =>
  [...gateway.ledger.accounts.get('DU1000001')!.positions.values()][0]?.quantity ?? 0;
