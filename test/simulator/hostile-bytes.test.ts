import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Gateway } from '../../simulator/gateway.js';
import { Fixture } from './fixture.js';
import { contractFields, orderFields, RawClient } from './raw-client.js';

const RUNS = 60;

/** Field texts that break parsers: numbers out of range, signs, exponents, long and odd text. */
const field = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '1',
    '-1',
    '2147483648',
    '1e308',
    'NaN',
    'Infinity',
    '0x10',
    ' 1',
    '1.7976931348623157E308',
    'MKT',
    'FUT',
    'ES',
    'CME',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', '?')),
  fc.integer().map(String),
  fc.constant('x'.repeat(10_000)),
);
const messageId = fc.oneof(
  fc.integer({ min: -2, max: 120 }).map(String),
  fc.constantFrom('', 'x', '1e9', '3', '20', '97'),
);

describe('hostile bytes', () => {
  let fixture: Fixture;
  let gateway: Gateway;
  let witness: RawClient;
  beforeEach(async () => {
    fixture = new Fixture();
    const limits = { messagesPerSecond: 1_000_000, clients: 10_000, historicalRequestsPer10Min: 1_000_000 };
    gateway = await fixture.gateway({ settings: { limits } });
    await gateway.step(500);
    witness = await fixture.raw(gateway, 999);
  });
  afterEach(() => fixture.close());

  /** The gateway still answers somebody else, and this client too as long as it is connected. */
  async function isServing(client: RawClient): Promise<void> {
    witness.send('49', '1');
    await witness.next(([id]) => id === '49');
    client.close();
    await client.closed();
  }

  it('survives any bytes instead of a handshake', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const client = await RawClient.open(gateway.port);
        client.write(Buffer.from(bytes));
        await isServing(client);
      }),
      { numRuns: RUNS },
    );
  });

  it('survives any bytes after the handshake', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const client = await RawClient.connect(gateway.port, 1);
        client.write(Buffer.from(bytes));
        await isServing(client);
        await gone(1);
      }),
      { numRuns: RUNS },
    );
  });

  it('answers any well-framed message that it cannot use with an error or a result, and goes on', async () => {
    await fc.assert(
      fc.asyncProperty(messageId, fc.array(field, { maxLength: 30 }), async (id, fields) => {
        const client = await RawClient.connect(gateway.port, 1);
        client.send(id, ...fields);
        client.send('49', '1');
        await client.next(([answer]) => answer === '49');
        await isServing(client);
        await gone(1);
      }),
      { numRuns: RUNS * 3 },
    );
  });

  it('answers real requests with any one field broken, or cut short anywhere', async () => {
    const requests = [
      orderFields(1),
      ['10', '5', '1', ...contractFields(), '10', '0', ''],
      ['1', '11', '1', ...contractFields(), '0', '233', '0', '0', ''],
      ['20', '1', ...contractFields(), '0', '', '5 mins', '1 D', '0', 'TRADES', '1', '1', ''],
      ['7', '3', '4', '0', '', '', '', '', '', ''],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...requests),
        fc.nat(110),
        field,
        fc.boolean(),
        async (request, at, broken, isCut) => {
          const client = await RawClient.connect(gateway.port, 1);
          const index = 1 + (at % (request.length - 1));
          client.send(...(isCut ? request.slice(0, index) : request.with(index, broken)));
          client.send('49', '1');
          await client.next(([answer]) => answer === '49');
          await isServing(client);
          await gone(1);
        },
      ),
      { numRuns: RUNS * 3 },
    );
  });

  it('drops a client that announces a message of more bytes than allowed', async () => {
    const client = await RawClient.connect(gateway.port, 1);
    client.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    await client.closed();
    assert.deepEqual(gateway.clientIds, [999]);
  });

  it('answers a message without its closing NUL with 320', async () => {
    const client = await RawClient.connect(gateway.port, 1);
    client.write(Buffer.from([0, 0, 0, 4, ...Buffer.from('49\x001')]));
    assert.deepEqual(await client.nextError(), [-1, 320]);
    client.close();
  });

  async function gone(clientId: number): Promise<void> {
    while (gateway.clientIds.includes(clientId)) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});
