import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { generateMarket } from '../../research/generator/generate-market.js';
import {
  type BarsSource,
  type BuiltSamples,
  buildSamples,
  type DepthSource,
} from '../../research/samples/build-samples.js';
import { instrumentConfig } from '../../shared/config/market.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { barsSource, depthSource } from './file-sources.js';

const DAYS = 5;
const CONTRACTS = ['ESU5', 'ESZ5', 'ESH6'] as const;

describe('samples of contracts that follow each other', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-roll-'));
  let depth: DepthSource[];
  let bars: BarsSource;
  before(async function () {
    this.timeout(60_000);
    const market = await generateMarket({
      ...{ seed: 11, folder, instrument: instrumentConfig.parse({}), firstTradeDate: '2014-01-02' },
      ...{ days: DAYS, minutesPerDay: 4, barDays: DAYS, signalStrength: 1 },
    });
    depth = await Promise.all(market.depthFiles.map((file) => depthSource(file)));
    bars = await barsSource(market.barsFile);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Of days `from` to `to`, under the contract that each day has. */
  async function built(contractOf: readonly string[], from: number, to: number): Promise<Record<string, string[]>> {
    const dated = await Promise.all(Array.from({ length: to - from }, (_, i) => barsOf(from + i)));
    return rowsOf(
      await buildSamples(
        {
          depth: depth.slice(from, to).map((source, i) => ({ ...source, instrument: contractOf[from + i]! })),
          bars: dated.map((read, i) => ({ ...bars, instrument: contractOf[from + i]!, read: async () => read })),
        },
        { feeTicks: 0.25, barTickSize: 0.25 },
      ),
    );
  }

  async function barsOf(day: number) {
    const all = await bars.read();
    const dates = [...new Set(all.map(({ openMs }) => dateOf(openMs)))];
    return all.filter(({ openMs }) => dateOf(openMs) === dates[day]);
  }

  it('are those of each contract alone: no feature and no label looks at two', async function () {
    this.timeout(120_000);
    // The days on which the first and the second roll come.
    const rolls = fc.uniqueArray(fc.integer({ min: 1, max: DAYS - 1 }), { minLength: 1, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(rolls, async (days) => {
        const ends = [...days].sort((a, b) => a - b).concat(DAYS);
        const contractOf = Array.from({ length: DAYS }, (_, i) => CONTRACTS[ends.findIndex((end) => i < end)]!);
        const together = await built(contractOf, 0, DAYS);
        const alone: Record<string, string[]> = {};
        for (const [index, end] of ends.entries())
          for (const [head, rows] of Object.entries(await built(contractOf, index === 0 ? 0 : ends[index - 1]!, end)))
            alone[head] = [...(alone[head] ?? []), ...rows];
        assert.deepEqual(together, alone);
        assert.ok(Object.values(together).every((rows) => rows.length > 0));
      }),
      { numRuns: 12 },
    );
  });

  it('go on over the night within one contract', async () => {
    const contractOf = Array.from({ length: DAYS }, () => CONTRACTS[0]);
    const [together, first, rest] = await Promise.all([
      built(contractOf, 0, DAYS),
      built(contractOf, 0, 1),
      built(contractOf, 1, DAYS),
    ]);
    assert.ok(together.XGB_5m!.length > first.XGB_5m!.length + rest.XGB_5m!.length);
  });
});

const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Features, label and time of each row, as text. */
function rowsOf({ samples }: BuiltSamples): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(samples as Record<string, HeadSamples>).map(
      ([name, { columns, features, endMs, startMs, moveTicks }]) => [
        name,
        Array.from(startMs, (ms, row) => {
          const values = features.subarray(row * columns, (row + 1) * columns);
          return [ms, endMs[row], moveTicks[row], ...values].join(' ');
        }),
      ],
    ),
  );
}
