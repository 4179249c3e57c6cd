import assert from 'node:assert/strict';
import fc from 'fast-check';
import { intervalOfName } from '../../research/import/bar-interval.js';
import type { ImportRecord } from '../../research/store/catalogue.js';
import { utcDateMs, utcTimeMs, utcTimeNs } from '../../shared/fields/utc-time.js';
import { StoreRig } from '../store/store-rig.js';

const HEADER = 'ts_open_utc,open,high,low,close,volume\n';

describe('bars of a CSV file', () => {
  const rig = new StoreRig();

  const importOf = (text: string, name = 'ESH4.csv', hints = {}) => rig.importAs(name, text, { hints });
  const barsAt = (...times: string[]) => HEADER + times.map((time) => `${time},5100,5101,5099,5100,10\n`).join('');
  const lengthsOf = async (record: ImportRecord) =>
    (await rig.rowsIn([record], {}, 'interval_s')).map(({ interval_s }) => interval_s);
  const lengths = async () => (await rig.rows({ dataset: 'bars' }, 'interval_s')).map(({ interval_s }) => interval_s);

  it('are as long as their file says, by an option, by its name, or by the steps between them', async () => {
    const sparse = ['2024-01-02T00:00:00Z', '2024-01-02T00:03:00Z', '2024-01-02T00:09:00Z', '2024-01-02T00:12:00Z'];
    await importOf(barsAt(...sparse), 'ESH4-1m.csv');
    assert.deepEqual(await lengths(), [60, 60, 60, 60]);
    const others = barsAt(...sparse).replaceAll('5100', '5101');
    await assert.rejects(importOf(others), /does not say how long its bars are.*180, 360 s/);
    await importOf(barsAt(...sparse), 'NQH4.csv', { barSeconds: 180 });
    assert.deepEqual((await lengths()).slice(4), [180, 180, 180, 180]);
  });

  it('are as long as they were made, or nobody says how long they are: any length, any holes', async () => {
    const seconds = fc.constantFrom(1, 5, 60, 180, 300, 900, 3600);
    const gone = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.array(fc.nat(99), { minLength: 60, maxLength: 60 }));
    await fc.assert(
      fc.asyncProperty(seconds, gone, async (barSeconds, [goneShare, draws]) => {
        const begin = Date.parse('2024-01-02T15:00:00Z');
        const kept = draws.flatMap((draw, i) => (draw >= goneShare ? [begin + i * barSeconds * 1000] : []));
        // Where no two neighbours are left nothing tells a longer bar from holes that lie evenly.
        fc.pre(kept.some((ms, i) => kept[i + 1] === ms + barSeconds * 1000));
        const text = barsAt(...kept.map((ms) => new Date(ms).toISOString().replace('.000', '')));
        const imported = importOf(text).then(({ record }) => record);
        const record = await imported.catch((error: Error) => error.message);
        if (typeof record === 'string') assert.match(record, /does not say how long its bars are|fewer than two bars/);
        else assert.deepEqual([...new Set(await lengthsOf(record))], [barSeconds]);
      }),
      { numRuns: 80 },
    );
  });

  it('may begin with a session instead of an hour or a day, and with the clocks of summer and winter', async () => {
    await importOf(barsAt('2024-01-02T14:30:00Z', '2024-01-02T15:30:00Z', '2024-01-02T16:30:00Z'));
    assert.deepEqual(await lengths(), [3600, 3600, 3600]);
    await importOf(
      barsAt('2024-03-06T23:00:00Z', '2024-03-07T23:00:00Z', '2024-03-10T22:00:00Z', '2024-03-11T22:00:00Z'),
    );
    assert.deepEqual((await lengths()).slice(3), [86_400, 86_400, 86_400, 86_400]);
  });

  it('are refused where one lies between the others', async () => {
    const times = Array.from({ length: 30 }, (_, i) => new Date(Date.UTC(2024, 0, 2, 15, 5 * i)).toISOString());
    const odd = [...times.map((time) => time.replace('.000', '')), '2024-01-02T17:32:00Z'];
    await assert.rejects(importOf(barsAt(...odd), 'ESH4-5m.csv'), /line 32\): does not begin whole bars of 300 s/);
  });

  it('name the first row that is none, where there are too few of them', async () => {
    await assert.rejects(importOf(`${HEADER}2024-02-28T14:30:00Z,5100,25,5101,25,5099,25\n`), /line 2\): has 7 fields/);
    await assert.rejects(
      importOf(`${barsAt('2024-02-28T14:30:00Z')}2024-02-28T14:35:00Z,5100,5101,5099,5100,null\n`),
      /line 3\): "null" is no volume/,
    );
    await assert.rejects(importOf(barsAt('2024-02-28T14:30:00Z')), /fewer than two bars.*|--interval/);
  });

  it('are no bars with numbers in other notations, and no moments that a calendar lacks', async () => {
    for (const [row, reason] of [
      ['2024-02-28T24:00:00Z,1,1,1,1,1', /"2024-02-28T24:00:00Z" is no UTC time/],
      ['2024-02-30T00:00:00Z,1,1,1,1,1', /"2024-02-30T00:00:00Z" is no UTC time/],
      ['2024-02-28T23:59:60Z,1,1,1,1,1', /is no UTC time/],
      ['2024-02-28T23:55:00Z,0x10,1,1,1,1', /"0x10" is no price/],
      ['2024-02-28T23:55:00Z,1,1e400,1,1,1', /"1e400" is no price/],
      ['2024-02-28T23:55:00Z,1,1,1,1,Infinity', /"Infinity" is no volume/],
    ] as const)
      await assert.rejects(importOf(`${barsAt('2024-02-28T23:50:00Z')}${row}\n`, 'ESH4-5m.csv'), reason);
  });

  it('may stand behind a byte order mark, with the line ends of Windows', async () => {
    const text = `\ufeff${barsAt('2024-02-28T14:30:00Z', '2024-02-28T14:35:00Z').replaceAll('\n', '\r\n')}`;
    await importOf(text);
    assert.deepEqual(await lengths(), [300, 300]);
  });
});

describe('the name of a file of bars', () => {
  it('says how long they are, and nothing where it does not', () => {
    const told = { 'ES-5m': 300, NQ_30s: 30, '6EH4-sparse1m': 60, 'ESH4-hourly-rth': 3600, 'ES-1d': 86_400 };
    for (const [name, seconds] of Object.entries(told))
      assert.equal(intervalOfName(`${name}.csv`), seconds * 1000, name);
    for (const name of ['ESH4', '6EH4', 'ES1H', 'NQ-2024', 'ESM4-3month', 'ES-0m'])
      assert.equal(intervalOfName(`${name}.csv`), null, name);
  });
});

describe('a time as text', () => {
  it('is the moment that it names, or none: over all days, hours and odd fields', () => {
    const field = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(fc.integer({ min: 1970, max: 2100 }), field, field, field, field, field, (year, ...rest) => {
        const [month, day, hour, minute, second] = rest.map((value) => String(value).padStart(2, '0'));
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
        const ms = utcTimeMs(text);
        // What JavaScript gives back unchanged is a moment; it carries or refuses the others.
        const isMoment = !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text.replace('Z', '.000Z');
        assert.equal(Number.isNaN(ms), !isMoment, text);
        if (isMoment) assert.equal(ms, Date.parse(text));
      }),
      { numRuns: 5000 },
    );
    const decimals = fc.stringMatching(/^\d{1,12}$/);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), decimals, (seconds, fraction) => {
        const text = new Date(seconds * 1000).toISOString().replace('000Z', `${fraction}Z`);
        // A second has as many ns as its first nine decimals say; more of them would be rounded.
        const ns = fraction.length > 9 ? null : BigInt(`${seconds}${fraction.padEnd(9, '0')}`);
        assert.equal(utcTimeNs(text), ns);
      }),
    );
    assert.equal(utcTimeNs('2024-02-30T00:00:00Z'), null);
    for (let ms = Date.UTC(1970, 0, 1); ms < Date.UTC(2100, 0, 1); ms += 86_400_000) {
      const date = new Date(ms);
      assert.equal(utcDateMs(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()), ms);
    }
  });
});
