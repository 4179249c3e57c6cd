import assert from 'node:assert/strict';
import type { Gateway, GatewayOptions } from '../../simulator/gateway.js';
import { Fixture } from './fixture.js';
import { orderFields, type RawClient } from './raw-client.js';

const DAY_MS = 86_400_000;
const MARKET = { type: 'MKT', limit: '' };

describe('executions on request', () => {
  let fixture: Fixture;
  let nowMs = 0;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.close());

  async function started(atMs: number, settings: GatewayOptions['settings']): Promise<[Gateway, RawClient]> {
    nowMs = atMs;
    const gateway = await fixture.gateway({ now: () => nowMs, settings });
    await gateway.step(2000);
    return [gateway, await fixture.raw(gateway, 251)];
  }
  async function trade(client: RawClient, orderId: number): Promise<void> {
    client.send(...orderFields(orderId, MARKET));
    await client.next(([id, order, status]) => id === '3' && order === String(orderId) && status === 'Filled');
  }
  let reqId = 100;
  /** Order ids of what is told. */
  async function asked(client: RawClient, filter: { clientId?: string; time?: string } = {}): Promise<string[]> {
    const id = String(++reqId);
    client.send('7', '3', id, filter.clientId ?? '0', '', filter.time ?? '', '', '', '', '');
    await client.next(([first, , answered]) => first === '55' && answered === id);
    return client.messages.filter(([first, of]) => first === '11' && of === id).map((message) => message[2]!);
  }

  for (const [executionDays, expected] of [
    [1, ['3']],
    [2, ['2', '3']],
    [7, ['1', '2', '3']],
  ] as const)
    it(`are those of ${executionDays} day(s), as the trade log is set`, async () => {
      const [, client] = await started(Date.UTC(2024, 4, 6, 15), { executionDays });
      for (const orderId of [1, 2, 3]) {
        await trade(client, orderId);
        if (orderId < 3) nowMs += DAY_MS;
      }
      assert.deepEqual(await asked(client), expected);
    });

  it("begin at midnight of the gateway's own zone", async () => {
    const [, client] = await started(Date.UTC(2024, 4, 7, 3, 59), { timeZone: 'US/Eastern' }); // 23:59 there
    await trade(client, 1);
    nowMs += 120_000;
    await trade(client, 2);
    assert.deepEqual(await asked(client), ['2']);
  });

  for (const [timeZone, executionTimes, expected] of [
    ['US/Eastern', 'zoned', '20240507 11:30:05 US/Eastern'],
    ['America/Chicago', 'zoned', '20240507 10:30:05 America/Chicago'],
    ['MET', 'zoned', '20240507 17:30:05 MET'],
    ['US/Eastern', 'utc', '20240507-15:30:05'],
    ['US/Central', 'bare', '20240507  10:30:05'],
  ] as const)
    it(`carry their time as ${expected}`, async () => {
      const [, client] = await started(Date.UTC(2024, 4, 7, 15, 30, 5), { timeZone, executionTimes });
      await trade(client, 1);
      assert.equal(client.messages.find(([id]) => id === '11')![15], expected);
    });

  it('are filtered by client and by time, in UTC, in the zone named, or in the gateway’s', async () => {
    const [gateway, client] = await started(Date.UTC(2024, 4, 7, 15), { timeZone: 'US/Eastern' });
    await trade(client, 1);
    gateway.inject({ do: 'otherClientOrder', clientId: 9, side: 'BUY', quantity: 1 });
    nowMs += 3_600_000; // 16:00 UTC, 12:00 Eastern, 11:00 Central
    await trade(client, 2);
    assert.deepEqual(await asked(client, { clientId: '251' }), ['1', '2']);
    assert.deepEqual(await asked(client, { clientId: '9' }), ['1']);
    for (const time of ['20240507-15:30:00', '20240507 11:30:00', '20240507 10:30:00 US/Central'])
      assert.deepEqual(await asked(client, { time }), ['2'], time);
  });

  it('are not answered, nor is anything else, where the script says so, until it is asked again', async () => {
    const [gateway, client] = await started(Date.UTC(2024, 4, 7, 15), {});
    await trade(client, 1);
    gateway.inject({ do: 'ignoreRequest', request: 'reqExecutions' });
    gateway.inject({ do: 'ignoreRequest', request: 'cancelOrder' });
    client.send('7', '3', '77', '0', '', '', '', '', '', '');
    assert.deepEqual(await asked(client), ['1']);
    assert.ok(!client.messages.some(([id, , answered]) => id === '55' && answered === '77'));
    client.send(...orderFields(2, { limit: '2000' }));
    client.send('4', '1', '2', '');
    client.send('4', '1', '2', '');
    await client.next(([id, , , code]) => id === '4' && code === '202');
    assert.equal(client.messages.filter(([id, , , code]) => id === '4' && code === '202').length, 1);
  });

  it('come to a client whose first order id is late', async () => {
    const [gateway] = await started(Date.UTC(2024, 4, 7, 15), {});
    gateway.inject({ do: 'lateNextValidId', ms: 20 });
    const late = await fixture.raw(gateway, 7);
    const id = await late.next(([first]) => first === '9');
    assert.deepEqual(id, ['9', '1', '1']);
    assert.ok(late.messages.indexOf(id) > late.messages.findIndex(([first]) => first === '15'));
    assert.ok(late.messages.indexOf(id) > late.messages.findIndex(([, , , code]) => code === '2158'));
  });
});
