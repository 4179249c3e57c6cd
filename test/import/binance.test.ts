import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StoreRig } from '../store/store-rig.js';

const T0 = 1_723_075_200_000;

describe('recorded messages of Binance', () => {
  const rig = new StoreRig();
  const lines = (...messages: object[]) =>
    messages.map((message, i) => `${T0 + i}000000 ${JSON.stringify(message)}\n`).join('');
  const book = (quantity = '2.0') => ({ lastUpdateId: 1, bids: [['60000.0', quantity]], asks: [['60000.2', '1.0']] });
  const event = (e: string, more = {}) => ({ e, E: T0, T: T0, s: 'BTCUSDT', p: '60000.1', q: '0.3', m: true, ...more });

  it('are trades whether they are told one by one or by order', async () => {
    const { record } = await rig.importAs('x.txt', lines(book(), event('aggTrade', { a: 9, f: 1, l: 2 })));
    assert.deepEqual(record.read, { snapshots: 1, trades: 1 });
    assert.deepEqual(await rig.rows({ dataset: 'ticks' }, 'price, size, sequence'), [
      { price: 60000.1, size: 0.3, sequence: 9n },
    ]);
    await assert.rejects(
      rig.importAs('x.txt', lines(book(), event('aggTrade', { a: 9 }), event('trade', { t: 12 }))),
      /line 3\): is a trade event, and the file has aggTrade events/,
    );
  });

  it('are counted under their own names where they are not stored, and refused where they are not known', async () => {
    const ticker = { u: 4, s: 'BTCUSDT', b: '60000.0', B: '1', a: '60000.2', A: '1' };
    const { record } = await rig.importAs('x.txt', lines(book(), ticker, event('markPriceUpdate'), event('kline')));
    assert.deepEqual(record.read, {
      snapshots: 1,
      'book tickers, not stored': 1,
      'markPriceUpdate events, not stored': 1,
      'kline events, not stored': 1,
    });
    await assert.rejects(
      rig.importAs('x.txt', lines(book(), event('tradeLite'))),
      /line 2\): .*"tradeLite".*not known/,
    );
    await assert.rejects(rig.importAs('x.txt', lines(book(), { hello: 1 })), /line 2\): u: /);
  });

  it('are never counted under the name of another event: any type is its own, or refused by name', async () => {
    const known = [
      'markPriceUpdate',
      'kline',
      '24hrTicker',
      'avgPrice',
      'forceOrder',
      'contractInfo',
      'aggTrade',
      'trade',
    ];
    const near = fc
      .constantFrom(...known, 'bookTicker', 'depthUpdate')
      .chain((name) => fc.constantFrom(name, name.toUpperCase(), `${name}s`, name.slice(1), `${name} `));
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, fc.string({ maxLength: 12 })), async (type) => {
        fc.pre(type !== 'bookTicker' && type !== 'depthUpdate');
        const imported = rig.importAs('x.txt', lines(book(), event(type, { a: 9, t: 9 })));
        if (!known.includes(type)) return await assert.rejects(imported, /line 2\): is an event of type ".*not known/s);
        const { snapshots, ...read } = (await imported).record.read;
        assert.equal(snapshots, 1);
        assert.deepEqual(read, /rade$/.test(type) ? { trades: 1 } : { [`${type} events, not stored`]: 1 });
      }),
      { numRuns: 150 },
    );
  });

  it('are about the symbol that most whole messages name, whatever a damaged one says', async () => {
    const whole = lines(event('trade', { t: 1 }), book(), event('trade', { t: 2 }), event('trade', { t: 3 }));
    for (const [damage, reason] of [
      [whole.replace('"BTCUSDT",', '"BT"'), /is not a JSON object/],
      [whole.replace('BTCUSDT', 'BTXUSDT'), /is about BTXUSDT, the file about BTCUSDT/],
    ] as const) {
      await assert.rejects(rig.importAs('x.txt', damage), reason);
      const { record } = await rig.importAs('x.txt', damage, { onError: 'quarantine' });
      assert.deepEqual([record.rejected, record.read.trades], [1, 2]);
      assert.deepEqual([...new Set(record.shards.map(({ instrument }) => instrument))], ['BTCUSDT']);
    }
  });

  it('have times that int64 holds in ns, or are refused: over all whole numbers', async () => {
    const times = fc.oneof(
      fc.maxSafeNat(),
      fc.integer({ min: 9_223_372_036_000, max: 9_223_372_037_000 }),
      fc.constantFrom(0, 10_723_161_255_617),
    );
    await fc.assert(
      fc.asyncProperty(times, async (T) => {
        const imported = rig.importAs('x.txt', lines(book(), event('trade', { t: 1, T })));
        if (T > 9_223_372_036_854) return await assert.rejects(imported, /line 2\): T: is a time that int64/);
        const rows = await rig.rowsIn([(await imported).record], { dataset: 'ticks' }, 'ts_event');
        assert.deepEqual(rows, [{ ts_event: BigInt(T) * 1_000_000n }]);
      }),
      { numRuns: 60 },
    );
  });

  it('keep quantities of many digits exactly, or say that they cannot', async () => {
    await rig.importAs('x.txt', lines(book('12345678901.00')));
    assert.ok((await rig.rows({ dataset: 'mbp10' }, 'size')).some(({ size }) => size === 12_345_678_901));
    await assert.rejects(rig.importAs('x.txt', lines(book('123456789012.12345'))), /must have 15 digits at most/);
    await assert.rejects(rig.importAs('x.txt', lines(book('0x10'))), /must be a decimal number/);
  });
});
