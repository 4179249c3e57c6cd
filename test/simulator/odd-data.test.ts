import assert from 'node:assert/strict';
import {
  ODD_DEPTHS,
  ODD_EXECUTIONS,
  ODD_POSITIONS,
  ODD_QUOTES,
  ODD_STATUSES,
  ODD_TRADES,
} from '../../simulator/faults/actions/odd-kinds.js';
import type { Gateway } from '../../simulator/gateway.js';
import { Fixture } from './fixture.js';
import { contractFields, depthRequest, orderFields, type RawClient } from './raw-client.js';

const UNSET = '1.7976931348623157E308';
const ABSURD = '999999999999999999999';
const tradesRequest = (reqId: number) => ['97', String(reqId), ...contractFields(), 'AllLast', '0', '0'];
const quotesRequest = (reqId: number) => ['1', '11', String(reqId), ...contractFields(), '0', '', '0', '0', ''];

/** What the field is to hold; undefined: nothing fixed, see the test. */
const ODD_PRICE_OR_SIZE: Record<(typeof ODD_QUOTES)[number], { price?: string; size?: string }> = {
  offTickPrice: {},
  dustPrice: {},
  nanPrice: { price: 'NaN' },
  emptyPrice: { price: '' },
  unsetPrice: { price: UNSET },
  negativePrice: { price: '-1' },
  zeroQuote: { price: '0', size: '0' },
  minusOneQuote: { price: '-1', size: '0' },
  negativeSize: { size: '-3' },
  fractionalSize: { size: '1.5' },
  absurdSize: { size: ABSURD },
  nanSize: { size: 'NaN' },
  emptySize: { size: '' },
  unsetSize: { size: UNSET },
  zeroSize: { size: '0' },
};

describe('odd and missing data', () => {
  let fixture: Fixture;
  let gateway: Gateway;
  let client: RawClient;
  beforeEach(async () => {
    fixture = new Fixture();
    gateway = await fixture.gateway();
    await gateway.step(2000);
    client = await fixture.raw(gateway, 251);
  });
  afterEach(() => fixture.close());

  const of = (id: string) => client.messages.filter(([first]) => first === id);
  async function settle(): Promise<void> {
    client.send('49', '1');
    await client.next(([id]) => id === '49');
  }
  /** Messages of that kind that so many events of the tape bring. */
  async function sentWithin(events: number, id: string): Promise<string[][]> {
    await settle();
    const before = of(id).length;
    await gateway.step(events);
    await settle();
    return of(id).slice(before);
  }
  function assertOdd(kind: keyof typeof ODD_PRICE_OR_SIZE, price: string, size: string): void {
    const expected = ODD_PRICE_OR_SIZE[kind];
    if (expected.price !== undefined) assert.equal(price, expected.price);
    if (expected.size !== undefined) assert.equal(size, expected.size);
    if (kind === 'offTickPrice' || kind === 'dustPrice') assert.ok(!/^\d+(\.(25|5|75))?$/.test(price), price);
  }

  for (const kind of ODD_DEPTHS)
    it(`sends depth with an odd value, once: ${kind}`, async () => {
      client.send(...depthRequest(7));
      await settle();
      gateway.inject({ do: 'oddDepth', kind });
      const [first, ...rest] = await sentWithin(20, '12');
      const [, , , position, operation, side, price, size] = first!;
      if (kind === 'unknownSide') assert.equal(side, '7');
      else if (kind === 'unknownOperation') assert.equal(operation, '9');
      else if (kind === 'farPosition') assert.equal(position, '300');
      else if (kind === 'negativePosition') assert.equal(position, '-1');
      else if (kind === 'emptyPosition') assert.equal(position, '');
      else assertOdd(kind, price!, size!);
      assert.equal(first!.length, 8);
      assert.ok(
        rest.every(([, , , , , , wellPriced]) => /^\d+(\.(25|5|75))?$/.test(wellPriced!)),
        'the next messages are as ever',
      );
    });

  for (const kind of ODD_TRADES)
    it(`sends a trade with an odd value, once: ${kind}`, async () => {
      client.send(...tradesRequest(7));
      await settle();
      gateway.inject({ do: 'oddTrade', kind });
      const trades: string[][] = [];
      while (trades.length < 2) trades.push(...(await sentWithin(200, '99')));
      const [, , , time, price, size] = trades[0]!;
      if (kind === 'emptyTime') assert.equal(time, '');
      else if (kind === 'ancientTime') assert.equal(time, '1');
      else if (kind === 'futureTime') assert.equal(time, '9999999999');
      else assertOdd(kind, price!, size!);
      assert.match(trades[1]![4]!, /^\d+(\.(25|5|75))?$/);
    });

  for (const kind of ODD_QUOTES)
    it(`sends a quote with an odd value, once: ${kind}`, async () => {
      client.send(...quotesRequest(7));
      await settle();
      gateway.inject({ do: 'oddQuote', kind });
      const quotes: string[][] = [];
      while (quotes.length < 1)
        quotes.push(...(await sentWithin(200, '1')).filter(([, , , tick]) => tick === '1' || tick === '2'));
      assertOdd(kind, quotes[0]![4]!, quotes[0]![5]!);
    });

  for (const kind of ODD_EXECUTIONS)
    it(`tells an execution with an odd value, and the right one to who asks again: ${kind}`, async () => {
      gateway.inject({ do: 'oddExecution', kind });
      client.send(...orderFields(1, { type: 'MKT', limit: '' }).with(26, 'a reference'));
      await client.next(([id]) => id === '11');
      client.send('7', '3', '77', '0', '', '', '', '', '', '');
      await client.next(([id]) => id === '55');
      const [odd, right] = of('11');
      const changed = odd!.flatMap((field, at) => (at > 1 && field !== right![at] ? [at] : []));
      const places: Record<(typeof ODD_EXECUTIONS)[number], number[]> = {
        ...{ emptyTime: [15], bareTime: [15], zeroShares: [19], fractionalShares: [19], negativeShares: [19] },
        ...{ nanShares: [19], unknownSide: [18], emptyExecId: [14], negativePrice: [20], nanPrice: [20] },
        ...{ emptyPrice: [20], zeroPermId: [21], emptyOrderRef: [26] },
      };
      assert.deepEqual(changed, places[kind]);
    });

  for (const kind of ODD_STATUSES)
    it(`tells a status with an odd value: ${kind}`, async () => {
      gateway.inject({ do: 'oddStatus', kind });
      client.send(...orderFields(1, { limit: '2000' }));
      const [, , status, filled, remaining, , permId] = await client.next(([id]) => id === '3');
      const told: Record<(typeof ODD_STATUSES)[number], [string | undefined, string]> = {
        emptyStatus: [status, ''],
        unknownStatus: [status, 'Levitating'],
        emptyFilled: [filled, ''],
        nanFilled: [filled, 'NaN'],
        absurdFilled: [filled, ABSURD],
        negativeFilled: [filled, '-1'],
        fractionalFilled: [filled, '0.5'],
        negativeRemaining: [remaining, '-1'],
        unsetRemaining: [remaining, UNSET],
        zeroPermId: [permId, '0'],
      };
      const [got, expected] = told[kind];
      assert.equal(got, expected);
    });

  for (const kind of ODD_POSITIONS)
    it(`tells a position with an odd value, and the right one the next time: ${kind}`, async () => {
      gateway.inject({ do: 'manualTrade', side: 'BUY', quantity: 3 });
      gateway.inject({ do: 'oddPosition', kind });
      for (let i = 0; i < 2; i++) client.send('61', '1');
      const [odd, right] = [await client.next(([id]) => id === '61'), await client.next(([id]) => id === '61')];
      const place = { Account: 2, ConId: 3, Position: 14, Cost: 15 }[/[A-Z][a-zA-Z]+$/.exec(kind)![0]]!;
      assert.deepEqual(
        odd.flatMap((field, at) => (field === right[at] ? [] : [at])),
        [place],
      );
      assert.equal(right[14], '3');
    });

  it('takes an execution back with .02 and no contracts, in the books too', async () => {
    client.send(...orderFields(1, { type: 'MKT', limit: '', quantity: '2' }));
    const first = await client.next(([id]) => id === '11');
    gateway.inject({ do: 'bustExecution' });
    const bust = await client.next(([id]) => id === '11');
    assert.deepEqual([bust[14], bust[19]], [first[14]!.replace(/01$/, '02'), '0']);
    const account = gateway.ledger.accounts.get('DU1000001')!;
    assert.equal([...account.positions.values()][0]!.quantity, 0);
    assert.equal(gateway.ledger.find(251, 1)!.filled, 0);
    assert.ok(Number.isFinite(account.equity));
  });

  for (const [stream, id] of [
    ['depth', '12'],
    ['trades', '99'],
    ['quotes', '1'],
  ] as const)
    it(`lets one stream fall silent without an error, and the others go on: ${stream}`, async () => {
      const requests = { depth: depthRequest(1), trades: tradesRequest(2), quotes: quotesRequest(3) };
      for (const request of Object.values(requests)) client.send(...request);
      await settle();
      gateway.inject({ do: 'silence', stream });
      const before = client.messages.length;
      await gateway.step(1000);
      await settle();
      const heard = client.messages.slice(before);
      const isOf: Record<string, (message: string[]) => boolean> = {
        depth: ([first]) => first === '12',
        trades: ([first, , , tick]) => first === '99' || (first === '1' && tick === '4'),
        quotes: ([first, , , tick]) => first === '1' && (tick === '1' || tick === '2'),
      };
      for (const [name, isIt] of Object.entries(isOf)) assert.equal(heard.some(isIt), name !== stream, name);
      assert.ok(heard.every(([first]) => first !== '4'));
      gateway.inject({ do: 'unsilence' });
      const again: string[][] = [];
      while (again.length === 0) again.push(...(await sentWithin(200, id)));
    });

  it('serves a new subscription while the old one is silent, unless the silence persists', async () => {
    client.send(...depthRequest(1));
    await settle();
    gateway.inject({ do: 'silence', stream: 'depth' });
    client.send(...depthRequest(2));
    const heard = await sentWithin(200, '12');
    assert.deepEqual(new Set(heard.map(([, , reqId]) => reqId)), new Set(['2']));
    gateway.inject({ do: 'silence', stream: 'depth', persists: true });
    client.send(...depthRequest(3));
    assert.deepEqual(await sentWithin(200, '12'), []);
    gateway.inject({ do: 'unsilence' });
    assert.deepEqual(new Set((await sentWithin(200, '12')).map(([, , reqId]) => reqId)), new Set(['1', '2', '3']));
  });

  it('sends the book anew when a silence is over by itself', async () => {
    client.send(...depthRequest(1));
    await settle();
    gateway.inject({ do: 'silence', stream: 'depth', forMs: 20, clientId: 251 });
    await client.next(([id, , reqId, code]) => id === '4' && reqId === '1' && code === '317');
    await client.next(([id, , , position, operation]) => id === '12' && position === '0' && operation === '0');
  });
});
