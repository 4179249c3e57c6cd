import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSamples, type SampleOptions } from '../../research/samples/build-samples.js';
import { BadInput } from '../../shared/failure.js';
import { tradeDateOf } from '../../shared/market/calendar/cme-calendar.js';
import { formatEventLine, formatHeaderLine } from '../../shared/market/events/depth-line.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import { DecisionPipeline } from '../../shared/model/decision/decision-pipeline.js';
import { HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { type DepthReadOptions, openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { releaseFiles } from '../heads/release-files.js';
import { batchesOf, eventsOf, type TestEvent } from '../market/event.js';
import { randomMarket } from '../market/random-market.js';
import { ES_SAMPLE, NQ_BARS } from '../market/sample-file.js';
import { barsSource, depthSource } from './file-sources.js';

const OPTIONS: SampleOptions = { feeTicks: 0.2, barTickSize: 0.25 };
const SECOND_NS = 1_000_000_000n;

describe('samples from market data', () => {
  let folder: string;
  let real: TestEvent[];
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-samples-'));
    real = [];
    const file = await openDepthFile(ES_SAMPLE);
    for await (const batch of file.batches()) real.push(...eventsOf(batch));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function depthFile(name: string, events: readonly TestEvent[], header: object = {}): string {
    const file = path.join(folder, name);
    const scale = new TickScale(0.25);
    const lines = batchesOf(events).flatMap((batch) =>
      Array.from({ length: batch.length }, (_, i) => formatEventLine(batch, i, scale)),
    );
    const first = formatHeaderLine({
      kind: 'header',
      v: 1,
      instrument: 'ESU9',
      tickSize: 0.25,
      multiplier: 50,
      levels: 10,
      ...header,
    });
    writeFileSync(file, first + lines.join(''));
    return file;
  }

  const fromDepth = async (files: string[], options: Partial<SampleOptions & DepthReadOptions> = {}) => {
    const depth = await Promise.all(files.map((file) => depthSource(file, options)));
    return buildSamples({ depth, bars: [] }, { ...OPTIONS, ...options });
  };

  it('count every second of the real sample: 191 rows of F2_dom and 171 of Tick_ML, the rest dropped with reasons', async () => {
    const { report, samples } = await fromDepth([ES_SAMPLE]);
    assert.equal(report.events, 21_415);
    assert.equal(report.synthetic, false);
    assert.deepEqual(report.heads.F2_dom, { kept: 191, dropped: { cold: 60, 'file-end': 10 }, perClass: [45, 80, 66] });
    assert.deepEqual(report.heads.Tick_ML, {
      kept: 171,
      dropped: { cold: 60, 'file-end': 30 },
      perClass: [51, 46, 74],
    });
    assert.equal(samples.XGB_5m, undefined);
    assert.deepEqual([...new Set(samples.F2_dom!.tradeDate)], [20190829]);
  });

  it('are labelled by the mid in force at the end of the horizon', async () => {
    const { samples } = await fromDepth([ES_SAMPLE]);
    const rows = samples.F2_dom!;
    const mids = await midsOfSample();
    const midAt = (ns: bigint) => mids.findLast(({ tsNs }) => tsNs <= ns)!;
    for (let i = 0; i < rows.rows; i++) {
      // The sample's event is the first settled one at or after a whole second.
      const second = BigInt(Math.floor(rows.startMs[i]! / 1000)) * SECOND_NS;
      const start = mids.find(({ tsNs, isDue }) => isDue && tsNs >= second)!;
      const end = midAt(start.tsNs + 10n * SECOND_NS);
      assert.equal(rows.moveTicks[i], end.mid - start.mid, `row ${i}`);
      assert.equal(rows.startMs[i], Number(start.tsNs / 1_000_000n));
      assert.equal(
        rows.endMs[i],
        Math.ceil(Number((start.tsNs % (1000n * SECOND_NS)) + 10n * SECOND_NS) / 1e6) +
          Number(start.tsNs / (1000n * SECOND_NS)) * 1e6,
      );
      assert.equal(rows.label[i], rows.moveTicks[i]! > 0.5 ? 2 : rows.moveTicks[i]! < -0.5 ? 0 : 1);
      assert.ok(Math.abs(rows.costTicks[i]! - 1.4) < 1e-6);
    }
  });

  /** Mid after each event of the sample, whose book is in order at the end of every exchange event. */
  async function midsOfSample() {
    const { SpliceBook } = await import('../book/splice-book.js');
    const book = new SpliceBook();
    let mid = Number.NaN;
    return real.map((event) => {
      if (event.kind === 'depth')
        book.apply(event.operation!, event.side!, event.position!, event.priceTicks!, event.size!);
      const isDue = event.last !== false;
      const [[ask], [bid]] = book.sides;
      if (isDue && ask && bid) mid = (ask.priceTicks + bid.priceTicks) / 2;
      return { tsNs: event.tsNs, mid, isDue };
    });
  }

  it('have the very features that the decision pipeline runs its heads on, bit for bit', async () => {
    const { samples } = await fromDepth([ES_SAMPLE]);
    const heads = await loadHeadSet(await releaseFiles());
    const pipeline = new DecisionPipeline(0.25);
    pipeline.swapHeads(heads);
    const live = new Map<string, Buffer>();
    const bytes = (row: Float32Array) => Buffer.from(row.buffer, row.byteOffset, row.byteLength);
    for (const batch of batchesOf(real))
      for (let i = 0; i < batch.length; i++) {
        const decision = await pipeline.onEvent(batch, i);
        for (const { name, features } of decision?.outputs ?? [])
          live.set(`${name} ${decision!.tsRecvNs / 1_000_000n}`, bytes(features));
      }
    for (const name of ['F2_dom', 'Tick_ML'] as const) {
      const { rows, columns, features, startMs } = samples[name]!;
      for (let i = 0; i < rows; i++)
        assert.deepEqual(
          live.get(`${name} ${startMs[i]}`),
          bytes(features.subarray(i * columns, (i + 1) * columns)),
          `${name} row ${i}`,
        );
    }
    await heads.release();
  });

  it('never reach across a reset or a gap, nor the end of a file', async () => {
    const cut = 15_000;
    const breakNs = real[cut]!.tsNs;
    for (const kind of ['reset', 'gap'] as const) {
      const file = depthFile(`${kind}.jsonl`, [...real.slice(0, cut), { kind, tsNs: breakNs }, ...real.slice(cut)]);
      const { report, samples } = await fromDepth([file]);
      assert.equal(report.heads.F2_dom!.dropped.break, 10);
      const { startMs, endMs, rows } = samples.F2_dom!;
      const breakMs = Number(breakNs) / 1e6;
      for (let i = 0; i < rows; i++) assert.ok(endMs[i]! <= breakMs + 1 || startMs[i]! >= breakMs, `row ${i}`);
    }
    const { report } = await fromDepth([depthFile('first.jsonl', real.slice(0, cut))]);
    const { samples } = await fromDepth([ES_SAMPLE]);
    const lastMs = Number(real[cut - 1]!.tsNs / 1_000_000n);
    assert.equal(report.heads.F2_dom!.kept, samples.F2_dom!.endMs.filter((endMs) => endMs <= lastMs).length);
    assert.equal(report.heads.F2_dom!.dropped['file-end'], 10);
  });

  it('go on with the same book in the next segment of a capture, and start anew in another day', async () => {
    const tradeDate = '2019-08-29';
    const parts = (header: object) => [
      depthFile('a.jsonl', real.slice(0, 9000), header),
      depthFile('b.jsonl', real.slice(9000), header),
    ];
    const whole = (await fromDepth([depthFile('whole.jsonl', real, { tradeDate })])).samples.F2_dom!;
    const { samples, report } = await fromDepth(parts({ tradeDate }));
    assert.equal(report.heads.F2_dom!.dropped.cold, 60);
    assert.equal(samples.F2_dom!.rows, whole.rows - 10);
    const inWhole = new Set(whole.startMs);
    assert.ok(samples.F2_dom!.startMs.every((ms) => inWhole.has(ms)));
    // Without a trade date nobody knows that the second file continues the first: everything warms up anew.
    assert.ok((await fromDepth(parts({}))).report.heads.F2_dom!.dropped.cold! >= 119);
  });

  it('are the same for two builds, and the same with broken lines as without the lines (but for a gap)', async () => {
    const one = await fromDepth([ES_SAMPLE]);
    const two = await fromDepth([ES_SAMPLE]);
    assert.deepEqual(one, two);
    const file = depthFile('broken.jsonl', real);
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.toSpliced(-2, 0, 'garbage').join('\n'));
    await assert.rejects(fromDepth([file]), /broken\.jsonl \(line 21416\): is not a JSON object/);
    const { report } = await fromDepth([file], { onBrokenLine: 'gap' });
    assert.equal(report.gaps, 1);
    assert.equal(report.heads.F2_dom!.kept, 191);
  });

  it('of bars need every bar of their horizon in the same trade date, and follow the closes', async () => {
    const { samples, report } = await buildSamples({ depth: [], bars: [await barsSource(NQ_BARS)] }, OPTIONS);
    const rows = samples.XGB_5m!;
    assert.equal(report.bars, 57_897);
    assert.equal(rows.rows + 12 + 633 + 6, report.bars);
    assert.deepEqual(report.heads.XGB_5m!.dropped, { cold: 12, 'session-end': 633, 'no-bar': 6 });
    const { bars } = await readBarsFile(NQ_BARS);
    const byOpen = new Map(bars.map((bar) => [bar.openMs, bar]));
    for (let i = 0; i < rows.rows; i += 11) {
      const start = byOpen.get(rows.startMs[i]! - 300_000)!;
      const end = byOpen.get(rows.endMs[i]! - 300_000)!;
      assert.equal(rows.endMs[i]! - rows.startMs[i]!, 900_000);
      assert.equal(rows.moveTicks[i], (end.close - start.close) / 0.25);
      assert.equal(rows.label[i], end.close > start.close ? 1 : 0);
      assert.equal(tradeDateOf(start.openMs), tradeDateOf(end.openMs));
      assert.equal(Number(tradeDateOf(start.openMs).replaceAll('-', '')), rows.tradeDate[i]);
    }
  });

  it('say that they are SYNTHETIC where the input is, report progress, and name a file that is out of order', async () => {
    const file = depthFile('synthetic.jsonl', randomMarket(2, 3000), { synthetic: true, source: 'synthetic' });
    const progress: string[] = [];
    const { report } = await fromDepth([file], {
      onProgress: ({ sourcesDone, sources, events }) => progress.push(`${sourcesDone}/${sources} ${events}`),
    });
    assert.equal(report.synthetic, true);
    assert.equal(progress.at(-1), '0/1 3000');
    await assert.rejects(fromDepth([ES_SAMPLE, file]), (error) => {
      assert.ok(error instanceof BadInput);
      assert.match(error.message, /synthetic\.jsonl: begins before what comes before it ends/);
      return true;
    });
    const abort = new AbortController();
    abort.abort(new Error('no more'));
    await assert.rejects(fromDepth([ES_SAMPLE], { signal: abort.signal }), /no more|aborted/);
  });

  it('are nothing but the heads asked for', async () => {
    const { samples } = await fromDepth([ES_SAMPLE], { heads: [HEAD_SPECS.Tick_ML] });
    assert.deepEqual(Object.keys(samples), ['Tick_ML']);
    assert.deepEqual(samples.Tick_ML!.head, HEAD_SPECS.Tick_ML);
  });
});
