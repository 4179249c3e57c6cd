import assert from 'node:assert/strict';
import type { Bar } from '../../shared/market/events/bar.js';
import type { Decision } from '../../shared/model/decision/decision.js';
import { DecisionPipeline } from '../../shared/model/decision/decision-pipeline.js';
import { HeadSet, type LoadedHead } from '../../shared/model/heads/head-set.js';
import { HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { releaseFiles, THREE_SPECS, treesOf } from '../heads/release-files.js';
import { batchesOf, eventsOf, type TestEvent } from '../market/event.js';
import { RANDOM_START_NS, randomMarket } from '../market/random-market.js';
import { ES_SAMPLE } from '../market/sample-file.js';

const promised = (due: Decision | Promise<Decision> | null) => (due === null ? null : Promise.resolve(due));

describe('the decision pipeline', () => {
  let heads: HeadSet;
  let real: TestEvent[];
  before(async () => {
    heads = await loadHeadSet(await releaseFiles());
    real = [];
    const file = await openDepthFile(ES_SAMPLE);
    for await (const batch of file.batches()) real.push(...eventsOf(batch));
  });
  after(() => heads.release());

  /** Bars before the sample, so that the head of bars is warm as well. */
  function warmBars(pipeline: DecisionPipeline, firstNs: bigint): void {
    const openMs = Number(firstNs / 300_000_000_000n) * 300_000;
    for (let k = 14; k > 0; k--) {
      const close = 2900 + ((k * 5) % 7);
      const bar: Bar = {
        openMs: openMs - k * 300_000,
        open: close,
        high: close + 2,
        low: close - 2,
        close,
        volume: 100 + k,
      };
      pipeline.onBar(bar);
    }
  }

  async function run(events: readonly TestEvent[], { batchEvents = 4096, awaitEach = false } = {}) {
    const pipeline = new DecisionPipeline(0.25);
    warmBars(pipeline, events[0]!.tsNs);
    pipeline.swapHeads(heads);
    const decisions: Decision[] = [];
    for (const batch of batchesOf(events, batchEvents))
      for (let i = 0; i < batch.length; i++) {
        const due = promised(pipeline.onEvent(batch, i))?.then((decision) => decisions.push(decision));
        if (awaitEach) await due;
      }
    await pipeline.settled();
    return { decisions, digest: pipeline.digest() };
  }

  it('decides once a second on the real sample, with all heads after a minute', async () => {
    const { decisions, digest } = await run(real);
    assert.equal(digest.decisions, decisions.length);
    assert.ok(decisions.length >= 255 && decisions.length <= 262, `${decisions.length} decisions`);
    const seconds = decisions.map(({ tsRecvNs }) => tsRecvNs / 1_000_000_000n);
    assert.equal(new Set(seconds).size, decisions.length);
    assert.deepEqual(
      decisions[0]!.outputs.map(({ name }) => name),
      ['XGB_5m'],
    );
    assert.deepEqual(
      decisions.at(-1)!.outputs.map(({ name }) => name),
      ['F2_dom', 'XGB_5m', 'Tick_ML'],
    );
    const targets = new Set(decisions.map(({ targetContracts }) => targetContracts));
    assert.ok(targets.size > 1, 'the position never changes');
  });

  it('gives the same digest twice, for any batches, and whether each decision is awaited or not', async () => {
    const { digest } = await run(real);
    assert.deepEqual((await run(real)).digest, digest);
    assert.deepEqual((await run(real, { batchEvents: 1 })).digest, digest);
    assert.deepEqual((await run(real, { batchEvents: 777, awaitEach: true })).digest, digest);
  });

  it('gives another digest where one contract in one operation differs', async () => {
    const { digest } = await run(real);
    const changed = real.map((event, i) => (i === 12_000 ? { ...event, size: event.size! + 1 } : event));
    assert.notEqual((await run(changed)).digest.sha256, digest.sha256);
  });

  it('completes decisions in the order of their moments', async () => {
    const { decisions } = await run(real);
    for (let k = 1; k < decisions.length; k++) assert.ok(decisions[k]!.seq > decisions[k - 1]!.seq);
  });

  it('changes heads between two events: earlier moments keep the old ones, and without heads nothing is decided', async () => {
    const only = await loadHeadSet(await releaseFiles([HEAD_SPECS.F2_dom]));
    const pipeline = new DecisionPipeline(0.25);
    const names: string[] = [];
    const pending: Promise<unknown>[] = [];
    for (const batch of batchesOf(real))
      for (let i = 0; i < batch.length; i++) {
        const at = batch.seq[i]!;
        if (at === 8000) assert.equal(pipeline.swapHeads(heads), null);
        if (at === 16_000) assert.equal(pipeline.swapHeads(only), heads);
        const due = pipeline.onEvent(batch, i);
        if (due)
          pending.push(
            promised(due)!.then(({ seq, outputs }) => names.push(`${seq < 16_000} ${outputs.map(({ name }) => name)}`)),
          );
        if (at < 8000) assert.equal(due, null);
      }
    await Promise.all(pending);
    assert.deepEqual([...new Set(names)], ['true F2_dom,Tick_ML', 'false F2_dom']);
    await only.release();
  });

  it('runs the head of bars again only when a bar has closed', async () => {
    const { decisions } = await run(real);
    const bars = decisions.flatMap(({ outputs }) => outputs.filter(({ name }) => name === 'XGB_5m'));
    assert.equal(bars.length, decisions.length);
    assert.equal(new Set(bars.map(({ features }) => features)).size, 1);
  });

  it('goes flat where the book says nothing for a second, and where no head is warm', async () => {
    const fill = randomMarket(3, 20);
    const trade = (seconds: number): TestEvent => ({
      kind: 'trade',
      tsNs: RANDOM_START_NS + BigInt(seconds) * 1_000_000_000n,
      side: 1,
      priceTicks: 11_000,
      size: 1,
    });
    const reset: TestEvent = { kind: 'reset', tsNs: RANDOM_START_NS + 1_500_000_000n };
    const pipeline = new DecisionPipeline(0.25);
    pipeline.swapHeads(heads);
    const decided: [number, string, number][] = [];
    for (const batch of batchesOf([...fill, trade(1), reset, trade(2), trade(4), trade(5)]))
      for (let i = 0; i < batch.length; i++)
        await promised(pipeline.onEvent(batch, i))?.then(({ seq, reason, targetContracts }) =>
          decided.push([seq, reason, targetContracts]),
        );
    assert.deepEqual(decided, [
      [19, 'no-head', 0],
      [20, 'no-head', 0],
      [23, 'no-book', 0],
    ]);
  });

  it('goes on after a head has failed', async () => {
    const broken = await loadHeadSet(await releaseFiles([HEAD_SPECS.Tick_ML]));
    const pipeline = new DecisionPipeline(0.25);
    pipeline.swapHeads(broken);
    await broken.release();
    const outcomes = new Set<string>();
    const pending: Promise<unknown>[] = [];
    for (const batch of batchesOf(real.slice(0, 9000)))
      for (let i = 0; i < batch.length; i++) {
        if (batch.seq[i] === 8000) pipeline.swapHeads(heads);
        const due = pipeline.onEvent(batch, i);
        if (due)
          pending.push(
            promised(due)!.then(
              () => outcomes.add('decided'),
              () => outcomes.add('failed'),
            ),
          );
      }
    await Promise.all(pending);
    assert.deepEqual([...outcomes].sort(), ['decided', 'failed']);
  });

  describe('with heads that run at once', () => {
    let atOnce: HeadSet;
    before(async () => {
      atOnce = await loadHeadSet(await releaseFiles(THREE_SPECS, treesOf));
    });
    after(() => atOnce.release());

    /** The same heads, run by the runtime. */
    const byRuntime = () =>
      new HeadSet(
        withTrees(() => null),
        atOnce.ensemble,
        { v: 1, heads: {} },
      );

    function withTrees(treesOfHead: (head: LoadedHead) => LoadedHead['trees']): LoadedHead[] {
      return atOnce.heads.map((head) => ({ ...head, trees: treesOfHead(head) }));
    }

    /** Feeds events of the real sample, by number. @returns what is due, as it is handed out, and copies of it then */
    function fed(pipeline: DecisionPipeline, from: number, to = real.length) {
      const due: (Decision | Promise<Decision>)[] = [];
      const copies: Decision[] = [];
      for (const batch of batchesOf(real))
        for (let i = 0; i < batch.length; i++) {
          const decision = batch.seq[i]! >= from && batch.seq[i]! < to ? pipeline.onEvent(batch, i) : null;
          if (decision === null) continue;
          due.push(decision);
          if (!(decision instanceof Promise)) copies.push(structuredClone(decision));
        }
      return { due, copies };
    }

    function pipelineOf(heads: HeadSet): DecisionPipeline {
      const pipeline = new DecisionPipeline(0.25);
      warmBars(pipeline, real[0]!.tsNs);
      pipeline.swapHeads(heads);
      return pipeline;
    }

    it('hands decisions out within their events, the very ones that the runtime comes to, and never changes them', async () => {
      const [here, there] = [pipelineOf(atOnce), pipelineOf(byRuntime())];
      const { due, copies } = fed(here, 0);
      assert.ok(due.length > 250);
      assert.deepEqual(due, copies);
      const later = fed(there, 0);
      assert.ok(later.copies.length < 5, 'but for moments at which no head is warm');
      assert.deepEqual(await Promise.all(later.due), due);
      assert.deepEqual(here.digest(), there.digest());
      assert.ok(copies.some(({ targetContracts }) => targetContracts !== 0));
    });

    it('keep the order while decisions of the runtime are pending, and decide at once again after them', async () => {
      const pipeline = pipelineOf(byRuntime());
      const before = fed(pipeline, 0, 8000).due;
      pipeline.swapHeads(atOnce);
      const between = fed(pipeline, 8000, 12_000);
      assert.ok(between.due.length > 20);
      assert.equal(between.copies.length, 0, 'all of them wait');
      const order: number[] = [];
      for (const decision of [...between.due, ...before].map((one) => promised(one)!))
        void decision.then(({ seq }) => order.push(seq));
      await pipeline.settled();
      const inOrder = [...order].sort((a, b) => a - b);
      assert.deepEqual(order, inOrder);
      const after = fed(pipeline, 12_000);
      assert.equal(after.copies.length, after.due.length);
      const all = await Promise.all([...before, ...between.due, ...after.due]);
      assert.deepEqual(all, fed(pipelineOf(atOnce), 0).due);
    });

    it('go on after one has failed, whose decision is a promise that rejects', async () => {
      const broken = withTrees(({ trees, spec }) => {
        if (spec.name !== 'Tick_ML') return trees;
        return Object.assign(Object.create(trees), {
          run: () => {
            throw new RangeError('no such row');
          },
        }) as LoadedHead['trees'];
      });
      const pipeline = pipelineOf(new HeadSet(broken, atOnce.ensemble, { v: 1, heads: {} }));
      const failed = fed(pipeline, 0, 16_000).due.at(-1)!;
      await assert.rejects(Promise.resolve(failed), /no such row/);
      await pipeline.settled();
      pipeline.swapHeads(atOnce);
      const { due, copies } = fed(pipeline, 16_000);
      assert.ok(copies.length > 20 && copies.length === due.length);
    });
  });
});
