import assert from 'node:assert/strict';
import { Fixture } from './fixture.js';
import { contractFields } from './raw-client.js';

/** What each client announces, and what must come of it with the default server maximum of 178. */
const CLIENTS: readonly [name: string, announcement: string, version: number][] = [
  ['@stoqey/ib 1.6', 'v100..193', 178],
  ['ib_async 2.1', 'v157..178', 178],
  ['ib_insync 0.9', 'v157..176', 176],
  ['ibapi 9.81', 'v100..157', 157],
  ['nautilus_ibapi 10.46', 'v100..225', 178],
  ['a client with options', 'v100..178 +PACEAPI', 178],
  ['a client of one version', 'v170', 170],
];

describe('handshake', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => fixture.close());

  for (const [name, announcement, version] of CLIENTS)
    it(`speaks version ${version} with ${name}`, async () => {
      const client = await fixture.raw(await fixture.gateway(), 1, announcement);
      assert.equal(client.serverVersion, version);
    });

  for (const announcement of ['v100..150', 'v200..225', 'v', 'hello', ''])
    it(`closes the connection on '${announcement}', which no common version follows from`, async () => {
      const client = await fixture.open(await fixture.gateway());
      client.announce(announcement === '' ? 'x' : announcement);
      await client.closed();
      assert.deepEqual(client.messages, []);
    });

  it('closes a connection that does not finish its handshake in time', async () => {
    const gateway = await fixture.gateway({ settings: { limits: { handshakeMs: 30 } } });
    const client = await fixture.open(gateway);
    await client.closed();
    assert.deepEqual(client.messages, []);
  });

  it('sends accounts, the next id and the farm notices after startApi', async () => {
    const client = await fixture.raw(await fixture.gateway(), 9);
    assert.deepEqual(
      client.messages.map((message) => message.slice(0, 4)).filter(([id]) => ['15', '9', '4'].includes(id!)),
      [
        ['15', '1', 'DU1000001'],
        ['9', '1', '1'],
        ['4', '2', '-1', '2104'],
        ['4', '2', '-1', '2106'],
        ['4', '2', '-1', '2158'],
      ],
    );
  });

  it('answers a request before startApi with an error', async () => {
    const client = await fixture.open(await fixture.gateway());
    client.announce('v100..178');
    client.send('8', '1', '1');
    assert.deepEqual(await client.nextError(), [-1, 504]);
  });

  it('refuses a client id in use with 326 and closes, while the first client goes on', async () => {
    const gateway = await fixture.gateway();
    const first = await fixture.raw(gateway, 251);
    const second = await fixture.open(gateway);
    second.announce('v100..178');
    second.send('71', '2', '251', '');
    assert.deepEqual(await second.nextError(), [-1, 326]);
    await second.closed();
    first.send('49', '1');
    await first.next(([id]) => id === '49');
    assert.deepEqual(gateway.clientIds, [251]);
  });

  it('gives a client id away again once its connection is gone', async () => {
    const gateway = await fixture.gateway();
    const first = await fixture.raw(gateway, 251);
    first.close();
    await first.closed();
    while (gateway.clientIds.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await fixture.raw(gateway, 251);
    assert.deepEqual(gateway.clientIds, [251]);
  });

  it('tells each client contract details in its own dialect at the same time', async () => {
    const gateway = await fixture.gateway();
    const lengths: number[] = [];
    for (const [clientId, announcement] of ['v100..157', 'v100..163', 'v100..178'].entries()) {
      const client = await fixture.raw(gateway, clientId + 1, announcement);
      client.send('9', '8', '5', ...contractFields(), '0', '', '', ...(client.serverVersion >= 176 ? [''] : []));
      lengths.push((await client.next(([id]) => id === '10')).length);
    }
    // 157: version and size multiplier; 163: one size field more; 178: no version, no multiplier, three sizes.
    assert.deepEqual(lengths, [lengths[0]!, lengths[0]! + 1, lengths[0]! + 1]);
  });
});
