import assert from 'node:assert/strict';
import { Fixture } from './fixture.js';
import { cancelRequest, contractFields, depthRequest, orderFields, type RawClient } from './raw-client.js';

const quoteRequest = (reqId: number, contract = contractFields()) => [
  '1',
  '11',
  String(reqId),
  ...contract,
  '0',
  '',
  '0',
  '0',
  '',
];
const tickRequest = (reqId: number, kind = 'Last') => ['97', String(reqId), ...contractFields(), kind, '0', '0'];
const historyRequest = (reqId: number, changes: { bar?: string; duration?: string; what?: string } = {}) => [
  ...['20', String(reqId), ...contractFields(), '0', '', changes.bar ?? '5 mins', changes.duration ?? '1 D', '0'],
  ...[changes.what ?? 'TRADES', '1', '0', ''],
];

/** placeOrder as version 157 has it: with the profile of a financial advisor. */
const olderOrderFields = (...ask: Parameters<typeof orderFields>) => orderFields(...ask).toSpliced(42, 0, '');

/** What is sent on a fresh connection, in order, and the [id, code] that the last message must get. */
const TABLE: readonly [promise: string, messages: string[][], error: [id: number, code: number]][] = [
  ['a second subscription under a ticker id', [quoteRequest(1), quoteRequest(1)], [1, 102]],
  ['a second depth subscription under an id', [depthRequest(1), depthRequest(1)], [1, 322]],
  ['a second tick-by-tick subscription under an id', [tickRequest(1), tickRequest(1)], [1, 322]],
  ['more market data lines than allowed', [quoteRequest(1), quoteRequest(2), quoteRequest(3)], [3, 101]],
  ['more depth subscriptions than allowed', [1, 2, 3, 4].map((id) => depthRequest(id)), [4, 309]],
  ['more tick-by-tick subscriptions than allowed', [1, 2, 3, 4, 5, 6].map((id) => tickRequest(id)), [6, 10190]],
  ['depth of a future through SMART', [depthRequest(1, contractFields({ exchange: 'SMART' }))], [1, 10092]],
  ['smart depth of a future', [depthRequest(1, contractFields(), '10', '1')], [1, 10092]],
  ['depth of no rows', [depthRequest(1, contractFields(), '0')], [1, 321]],
  ['data without an exchange', [quoteRequest(1, contractFields({ exchange: '' }))], [1, 321]],
  ['data of an unknown contract', [quoteRequest(1, contractFields({ symbol: 'XYZ' }))], [1, 200]],
  ['data of an ambiguous contract', [quoteRequest(1, contractFields({ date: '' }))], [1, 200]],
  ['data of a contract that is listed and not played', [quoteRequest(1, contractFields({ symbol: 'NQ' }))], [1, 354]],
  ['a tick type that does not exist', [tickRequest(1, 'Nothing')], [1, 321]],
  ['the cancel of an unknown subscription', [['2', '2', '9']], [9, 300]],
  ['the cancel of an unknown depth subscription', [['11', '1', '9', '0']], [9, 310]],
  ['the cancel of an unknown tick-by-tick subscription', [['98', '9']], [9, 300]],
  ['the cancel of an unknown historical request', [['25', '1', '9']], [9, 366]],
  ['history where there is none', [historyRequest(1)], [1, 162]],
  ['a bar size that does not exist', [historyRequest(1, { bar: '7 mins' })], [1, 321]],
  ['a duration that does not exist', [historyRequest(1, { duration: '1 hour' })], [1, 321]],
  ['history of something that is not simulated', [historyRequest(1, { what: 'OPTION_IMPLIED_VOLATILITY' })], [1, 321]],
  [
    'contract details of an unknown contract',
    [['9', '8', '1', ...contractFields({ symbol: 'XYZ' }), '0', '', '', '']],
    [1, 200],
  ],
  ['a combination', [quoteRequest(1, contractFields({ secType: 'BAG' }))], [1, 320]],
  ['auto-binding for another client than 0', [['15', '1', '1']], [-1, 327]],
  ['a market data type that does not exist', [['59', '1', '9']], [-1, 321]],
  ['an order for an unknown contract', [orderFields(1, { contract: contractFields({ symbol: 'XYZ' }) })], [1, 200]],
  [
    'an order for a contract without a market',
    [orderFields(1, { contract: contractFields({ symbol: 'NQ' }) })],
    [1, 201],
  ],
  ['a price between two ticks', [orderFields(1, { limit: '2900.10' })], [1, 110]],
  ['a limit order without a price', [orderFields(1, { limit: '' })], [1, 321]],
  ['an order of nothing', [orderFields(1, { quantity: '0' })], [1, 321]],
  ['an order of half a contract', [orderFields(1, { quantity: '0.5' })], [1, 321]],
  ['an order that neither buys nor sells', [orderFields(1, { action: 'HOLD' })], [1, 321]],
  ['an order type that is not simulated', [orderFields(1, { type: 'TRAIL' })], [1, 387]],
  ['a time in force that is not simulated', [orderFields(1, { tif: 'GTX' })], [1, 321]],
  ["another login's account", [orderFields(1, { account: 'DU9' })], [1, 321]],
  ['a child of no parent', [orderFields(1, { parentId: '77' })], [1, 10006]],
  ['an order id that was used', [orderFields(5, { limit: '2000' }), cancelRequest(5), orderFields(4)], [4, 103]],
  ['an order id beyond 32 bits', [orderFields('4294967296')], [-1, 320]],
  [
    'the change of a cancelled order',
    [orderFields(1, { limit: '2000' }), cancelRequest(1), orderFields(1, { limit: '2001' })],
    [1, 104],
  ],
  [
    'the change of a filled order',
    [orderFields(1, { type: 'MKT', limit: '' }), orderFields(1, { type: 'MKT', limit: '' })],
    [1, 104],
  ],
  [
    'the change of side of a working order',
    [orderFields(1, { limit: '2000' }), orderFields(1, { limit: '2000', action: 'SELL' })],
    [1, 105],
  ],
  ['the cancel of an unknown order', [cancelRequest(9)], [9, 10147]],
  ['the cancel of a filled order', [orderFields(1, { type: 'MKT', limit: '' }), cancelRequest(1)], [1, 10148]],
  ['an order beyond the account', [orderFields(1, { type: 'MKT', limit: '', quantity: '900' })], [1, 201]],
  [
    'more working orders on a side than allowed',
    Array.from({ length: 16 }, (_, at) => orderFields(at + 1, { limit: '2000' })),
    [16, 201],
  ],
  ['a known request that is not simulated', [['22', '6']], [6, 321]],
  ['a request that does not exist', [['4711', '1']], [-1, 320]],
  ['a message id that is no number', [['hello']], [-1, 320]],
  ['a request that ends too early', [['10', '5', '3', '0', 'ES']], [3, 320]],
  ['a field of the wrong type', [['10', '5', 'x']], [-1, 320]],
  ['a second startApi', [['71', '2', '5', '']], [-1, 321]],
];

describe('limits and error codes', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.close());

  for (const [promise, messages, expected] of TABLE)
    it(`answers ${promise} with ${expected[1]}`, async () => {
      const gateway = await fixture.gateway({ settings: { limits: { marketDataLines: 2 } } });
      await gateway.step(20);
      const client = await fixture.raw(gateway);
      for (const message of messages) client.send(...message);
      assert.deepEqual(await lastErrorOf(client), expected);
    });

  it('answers a client of an older dialect with the codes of its time', async () => {
    const gateway = await fixture.gateway();
    await gateway.step(20);
    const client = await fixture.raw(gateway, 1, 'v100..157');
    client.send('4', '1', '9');
    assert.deepEqual(await client.nextError(), [9, 135]);
    client.send(...olderOrderFields(1, { type: 'MKT', limit: '' }));
    client.send('4', '1', '1');
    assert.deepEqual(await client.nextError(), [1, 136]);
    client.send(...olderOrderFields(2, { limit: '2000' }));
    client.send('4', '1', '2');
    assert.deepEqual(await client.nextError(), [2, 202]);
    client.send('4', '1', '2');
    assert.deepEqual(await client.nextError(), [2, 161]);
  });

  it('refuses data that is not subscribed with 354, and gives delayed data to who takes it', async () => {
    const none = await fixture.raw(
      await fixture.gateway({ settings: { entitlements: { level1: 'none', depth: false } } }),
    );
    none.send(...quoteRequest(1));
    assert.deepEqual(await none.nextError(), [1, 354]);
    none.send(...depthRequest(2));
    assert.deepEqual(await none.nextError(), [2, 354]);
    none.send(...tickRequest(3));
    assert.deepEqual(await none.nextError(), [3, 10189]);
    const gateway = await fixture.gateway({ settings: { entitlements: { level1: 'delayed' } } });
    await gateway.step(20);
    const delayed = await fixture.raw(gateway);
    delayed.send(...quoteRequest(1));
    assert.deepEqual(await delayed.nextError(), [1, 354]);
    delayed.send('59', '1', '3');
    delayed.send(...quoteRequest(1));
    assert.deepEqual(await delayed.nextError(), [1, 10167]);
    assert.deepEqual(await delayed.next(([id]) => id === '58'), ['58', '1', '1', '3']);
    assert.equal((await delayed.next(([id]) => id === '1'))[3], '66');
  });

  it('refuses orders of an account without trading permissions', async () => {
    const client = await fixture.raw(await fixture.gateway({ settings: { entitlements: { trading: false } } }));
    client.send(...orderFields(1));
    assert.deepEqual(await client.nextError(), [1, 201]);
  });

  it('refuses messages above the rate with 100, and disconnects who goes on', async () => {
    const gateway = await fixture.gateway({ settings: { limits: { messagesPerSecond: 5, rateStrikes: 1 } } });
    const client = await fixture.raw(gateway);
    for (let i = 0; i < 20; i++) client.send('49', '1');
    assert.deepEqual(await client.nextError(), [-1, 100]);
    await client.closed();
    assert.ok(client.messages.filter(([id]) => id === '49').length <= 5);
  });

  it('lets messages above the rate wait for a client that asked for it', async () => {
    const gateway = await fixture.gateway({ settings: { limits: { messagesPerSecond: 5 } } });
    const client = await fixture.raw(gateway, 1, 'v100..178', '+PACEAPI');
    for (let i = 0; i < 12; i++) client.send('49', '1');
    for (let i = 0; i < 12; i++) await client.next(([id]) => id === '49');
    assert.deepEqual(
      client.messages.filter(([id, , , code]) => id === '4' && code === '100'),
      [],
    );
  });

  it('refuses historical requests beyond the pace', async () => {
    const gateway = await fixture.gateway({ settings: { limits: { historicalRequestsPer10Min: 2 } } });
    await gateway.step(5000);
    const client = await fixture.raw(gateway);
    for (const reqId of [1, 2, 3]) client.send(...historyRequest(reqId));
    assert.deepEqual(await client.nextError(), [3, 162]);
    assert.equal(client.messages.filter(([id]) => id === '17').length, 2);
  });

  it('ends the connection of a client that leaves more unread than the bound, and keeps its orders', async () => {
    const gateway = await fixture.gateway({
      speed: 50_000,
      loop: true,
      settings: { limits: { sendBufferBytesMax: 200_000 } },
    });
    const client = await fixture.raw(gateway);
    client.send(...orderFields(1, { limit: '2000' }));
    await client.next(([id]) => id === '3');
    client.socket.pause();
    client.send(...depthRequest(1));
    while (gateway.clientIds.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(gateway.ledger.live().length, 1);
  });

  it('refuses connections beyond the number of clients', async () => {
    const gateway = await fixture.gateway({ settings: { limits: { clients: 1 } } });
    await fixture.raw(gateway, 1);
    const second = await fixture.open(gateway);
    await second.closed();
    assert.deepEqual(gateway.clientIds, [1]);
  });
});

/** The last error about anything but the farms and 202, once everything sent was answered. */
async function lastErrorOf(client: RawClient): Promise<[number, number]> {
  client.send('49', '1');
  await client.next(([id]) => id === '49');
  const errors = client.messages.filter(
    ([id, , , code]) => id === '4' && !['2104', '2106', '2158', '202'].includes(code!),
  );
  assert.equal(errors.length, 1, JSON.stringify(errors));
  return [Number(errors[0]![2]), Number(errors[0]![3])];
}
