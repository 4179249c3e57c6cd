import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildSamples, type SampleOptions } from '../../research/samples/build-samples.js';
import { TrustedTimes } from '../../research/samples/trusted-times.js';
import { ES_SAMPLE, NQ_BARS } from '../market/sample-file.js';
import { barsSource, depthSource } from './file-sources.js';

const OPTIONS: SampleOptions = { feeTicks: 0.2, barTickSize: 0.25 };
/** The longest that a feature of these heads looks back, and their horizon. */
const F2_DOM = { lookBackMs: 60_000, horizonMs: 10_000 };

describe('times that two captures do not agree on', () => {
  it('are known from the others, for any spans', () => {
    const spans = fc
      .uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 12 })
      .map((edges) => [...edges].sort((a, b) => a - b))
      .map((edges) =>
        edges.flatMap((fromMs, i) => (i % 2 === 0 && edges[i + 1] ? [{ fromMs, toMs: edges[i + 1]! }] : [])),
      );
    fc.assert(
      fc.property(
        spans,
        fc.integer({ min: 0, max: 210 }),
        fc.integer({ min: 0, max: 30 }),
        (doubtful, fromMs, lengthMs) => {
          const moments = Array.from({ length: lengthMs + 1 }, (_, i) => fromMs + i);
          const isDoubtful = (ms: number) => doubtful.some((span) => ms >= span.fromMs && ms < span.toMs);
          const trusted = new TrustedTimes([...doubtful].reverse());
          assert.equal(trusted.covers(fromMs, fromMs + lengthMs), !moments.some(isDoubtful));
        },
      ),
    );
  });

  it('give no row that looks at them, nor one whose label does; all others stay, byte for byte', async () => {
    const depth = [await depthSource(ES_SAMPLE)];
    const { samples: all } = await buildSamples({ depth, bars: [] }, OPTIONS);
    const rows = all.F2_dom!;
    const fromMs = rows.startMs[100]!;
    const doubtful = [{ fromMs, toMs: fromMs + 5000 }];
    const { samples, report } = await buildSamples({ depth, bars: [] }, { ...OPTIONS, doubtful });
    const isKept = Array.from(
      rows.startMs,
      (startMs, i) => rows.endMs[i]! < fromMs || startMs - F2_DOM.lookBackMs >= fromMs + 5000,
    );
    const left = samples.F2_dom!;
    assert.deepEqual(
      [...left.startMs],
      [...rows.startMs].filter((_, i) => isKept[i]),
    );
    assert.equal(report.heads.F2_dom!.dropped.doubtful, isKept.filter((kept) => !kept).length);
    assert.ok(left.rows > 50 && left.rows < rows.rows - 60);
    const { columns } = rows;
    const kept = [...isKept.keys()].filter((i) => isKept[i]);
    assert.deepEqual(
      [...left.features],
      kept.flatMap((i) => [...rows.features.subarray(i * columns, (i + 1) * columns)]),
    );
  });

  it('give no row of bars that looks at them', async () => {
    const bars = [await barsSource(NQ_BARS)];
    const { samples: all } = await buildSamples({ depth: [], bars }, OPTIONS);
    const rows = all.XGB_5m!;
    const fromMs = rows.startMs[5000]!;
    const doubtful = [{ fromMs, toMs: fromMs + 1 }];
    const { samples, report } = await buildSamples({ depth: [], bars }, { ...OPTIONS, doubtful });
    const left = new Set(samples.XGB_5m!.startMs);
    const dropped = report.heads.XGB_5m!.dropped.doubtful!;
    assert.equal(left.size, rows.rows - dropped);
    assert.ok(dropped >= 12 && dropped < 40, String(dropped));
    assert.equal(left.has(fromMs), false);
    assert.equal(left.has(rows.startMs[4000]!) && left.has(rows.startMs[6000]!), true);
  });
});
