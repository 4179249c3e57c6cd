import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimalOf } from '../../shared/fields/decimal.js';
import { formatHeaderLine } from '../../shared/market/events/depth-line.js';
import { decimalOfFloat32 } from '../../shared/market/sierra/sierra-file.js';
import { StoreRig } from '../store/store-rig.js';
import { dbnFile, dbnTrade } from './write-dbn.js';
import { depthFile } from './write-depth.js';
import { scidFile, scidTick } from './write-scid.js';

describe('numbers that no field can hold', () => {
  const rig = new StoreRig();
  const header = formatHeaderLine({
    ...{ kind: 'header', v: 1, instrument: 'ESM4', tickSize: 0.25, multiplier: 50, levels: 10, exchange: 'CME' },
  });
  const trade = (fields: string) => `{"kind":"trade","ts":"1715176800000000000","seq":1,${fields},"aggressor":"buy"}\n`;

  it('are refused in a captured segment, in the shape of our writer as in any other', async () => {
    for (const size of ['2147483648', '3000000000', '1e10'])
      await assert.rejects(
        rig.importAs('x.jsonl', header + trade(`"price":5210.25,"size":${size}`)),
        /line 2\): size: /,
      );
    await rig.importAs('x.jsonl', header + trade('"price":5210.25,"size":2147483647'));
    assert.deepEqual(await rig.rows({ dataset: 'ticks' }, 'size'), [{ size: 2_147_483_647 }]);
    await assert.rejects(
      rig.importAs('x.jsonl', header + trade('"price":1000000000000,"size":1')),
      /price: 1000000000000 is more than 2147483647 ticks of 0.25/,
    );
  });

  it('are refused in a file of Sierra Chart, and quotes that are none are NULL', async () => {
    const file = (change: (record: Buffer) => void) => {
      const timeMs = Date.parse('2025-09-22T14:00:00Z');
      const record = scidTick({ timeMs, price: 6700.25, bid: 6700.25, ask: 6700.5, size: 2 });
      change(record);
      return scidFile([record]);
    };
    for (const none of [0, Number.NaN, -3.4028234663852886e38, Number.POSITIVE_INFINITY])
      await rig.importAs(
        'ESZ5.scid',
        file((record) => {
          record.writeFloatLE(none, 12);
          record.writeFloatLE(none, 16);
        }),
      );
    const rows = await rig.rows({ dataset: 'ticks' }, 'price, bid_px_00, ask_px_00');
    // The same rows are the same object.
    assert.deepEqual(rows, [{ price: 6700.25, bid_px_00: null, ask_px_00: null }]);
    assert.equal(rig.store.catalogue.imports().length, 4);
    for (const offset of [24, 28, 32, 36])
      await assert.rejects(
        rig.importAs(
          'ESZ5.scid',
          file((record) => record.writeUInt32LE(3_000_000_000, offset)),
        ),
        /byte 56\): its [a-z ]+ is 3000000000, more than 2147483647/,
      );
  });

  it('are refused as prices of Sierra Chart where they are of another kind, and nothing is rounded', async () => {
    const tick = (price: number) =>
      scidFile([scidTick({ timeMs: Date.parse('2025-09-22T14:00:00Z'), price, bid: 1e-41, ask: 6700.5, size: 2 })]);
    for (const price of [1e-41, -2.5e-20, 2e9, Number.NaN])
      await assert.rejects(rig.importAs('ESZ5.scid', tick(price)), /byte 56\): its price is /);
    await rig.importAs('ESZ5.scid', tick(6700.25));
    assert.deepEqual(await rig.rows({ dataset: 'ticks' }, 'bid_px_00, ask_px_00'), [
      { bid_px_00: null, ask_px_00: 6700.5 },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.float({ min: Math.fround(1e-12), max: Math.fround(1e-4), noNaN: true }), async (price) => {
        const depth = depthFile([{ timeMs: Date.parse('2025-09-22T14:00:00Z'), price, command: 2, size: 1 }]);
        const [digits = '', exponent = '0'] = String(decimalOfFloat32(price)).split('e-');
        const decimals = Number(exponent) + (digits.split('.')[1]?.length ?? 0);
        if (decimals > 9) await assert.rejects(rig.importAs('ESZ5.depth', depth), /more than nine decimals/);
        else await rig.importAs('ESZ5.depth', depth);
      }),
      { numRuns: 40 },
    );
  });

  it('are sizes as they are written or a refusal, over all that a word of any reader can hold', async () => {
    const at = Date.parse('2025-09-22T14:00:00Z');
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
    );
    const ns = BigInt(at) * 1_000_000n;
    const files: Record<string, (size: number) => readonly [string, Buffer | string]> = {
      dbn: (size) => ['x.dbn', dbnFile(3, 4, 'ESZ5', 7, [dbnTrade(7, ns - 31_536_000_000_000_000n, 6700, size)])],
      scid: (size) => ['ESZ5.scid', scidFile([scidTick({ timeMs: at, price: 6700, bid: 6699.75, ask: 6700, size })])],
      depth: (size) => ['ESZ5.depth', depthFile([{ timeMs: at, price: 6700, command: 2, size }])],
      domIb: (size) => ['x.jsonl', header + trade(`"price":5210.25,"size":${size}`)],
    };
    for (const [name, fileOf] of Object.entries(files))
      await fc.assert(
        fc.asyncProperty(sizes, async (size) => {
          // A level without contracts is none.
          fc.pre(size > 0 || name !== 'depth');
          const imported = rig.importAs(...fileOf(size));
          if (size > 2 ** 31 - 1) await assert.rejects(imported, /size|volume|quantity/);
          else {
            const dataset = name === 'depth' ? 'mbp10' : 'ticks';
            const rows = await rig.rowsIn([(await imported).record], { dataset }, 'size');
            assert.deepEqual(rows, [{ size }], `${name}, ${size}`);
          }
        }),
        { numRuns: 40 },
      );
  });

  it('are decimals or none, over all that JavaScript takes for a number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        // A minus in front of zero is nothing that a text keeps.
        assert.equal(decimalOf(String(value)) + 0, value + 0);
      }),
    );
    for (const text of ['', ' ', '0x10', '0b1', '1_000', 'Infinity', '-Infinity', 'NaN', 'null', '1e', '.', '1,5', '١'])
      assert.ok(Number.isNaN(decimalOf(text)), text);
  });
});
