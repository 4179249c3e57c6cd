import assert from 'node:assert/strict';
import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { FeatureEngine, TimeWentBack } from '../../shared/market/features/feature-engine.js';
import { planFeatures, UnknownFeature } from '../../shared/market/features/feature-plan.js';
import { FEATURES } from '../../shared/market/features/schema.js';
import { HEAD_NAMES, HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { batchesOf, eventsOf, type TestEvent } from '../market/event.js';
import { RANDOM_START_NS, randomMarket } from '../market/random-market.js';
import { ES_SAMPLE } from '../market/sample-file.js';

const STREAM_FEATURES = FEATURES.filter(({ family }) => family !== 'bar').map(({ name }) => name);

/** Bits of every stream feature (0 where it is cold) after each event that ends at a whole multiple of `every` events. */
function bitsOf(batches: Iterable<EventBatch>, every = 50): string[] {
  const engine = new FeatureEngine();
  const plans = STREAM_FEATURES.map((name) => planFeatures([name]));
  const value = new Float32Array(1);
  const bits: string[] = [];
  let seen = 0;
  for (const batch of batches)
    for (let i = 0; i < batch.length; i++) {
      engine.onEvent(batch, i);
      if (++seen % every !== 0) continue;
      const read = plans.map((plan) => (engine.read(plan, value) ? Buffer.from(value.buffer).toString('hex') : '-'));
      bits.push(read.join());
    }
  return bits;
}

describe('the feature engine', () => {
  let real: TestEvent[];
  before(async () => {
    real = [];
    const file = await openDepthFile(ES_SAMPLE);
    for await (const batch of file.batches()) real.push(...eventsOf(batch));
  });

  it('gives the same bits live (event by event) as in batches of any size, with any base time', () => {
    for (const events of [real, randomMarket(5, 8000)]) {
      const expected = bitsOf(batchesOf(events));
      assert.ok(expected.filter((bits) => /^[0-9a-f]{8}/.test(bits)).length > expected.length / 2);
      for (const size of [1, 3, 1000]) assert.deepEqual(bitsOf(batchesOf(events, size)), expected);
      const bases = [events[0]!.tsNs - 12_345n, events[0]!.tsNs - 7_000_000_000_000_001n];
      for (const base of bases) assert.deepEqual(bitsOf(batchesOf(events, 512, base)), expected);
      const mixed = batchesOf(events, 100).map((_, k) => batchesOf(events, 100, events[0]!.tsNs - BigInt(k * 999))[k]!);
      assert.deepEqual(bitsOf(mixed), expected);
    }
  });

  it('does not see the future: truncating it changes no value', () => {
    for (const events of [real.slice(0, 12_000), randomMarket(11, 6000)]) {
      const whole = bitsOf(batchesOf(events), 10);
      for (const end of [10, 1230, 3210, 5990])
        assert.deepEqual(bitsOf(batchesOf(events.slice(0, end)), 10), whole.slice(0, end / 10));
    }
  });

  it('warms each window up exactly: at the first event of the first bucket that a full window of buckets precedes', () => {
    const levels: TestEvent[] = [0, 1].map((side) => ({
      kind: 'depth',
      tsNs: RANDOM_START_NS + 50_000_000n,
      operation: 0,
      side,
      position: 0,
      priceTicks: side === 0 ? 101 : 100,
      size: 5,
    }));
    const tick = (tsNs: bigint): TestEvent => ({
      kind: 'depth',
      tsNs,
      operation: 1,
      side: 0,
      position: 0,
      priceTicks: 101,
      size: 5,
    });
    for (const seconds of [1, 5, 10, 30, 60]) {
      const engine = new FeatureEngine();
      const plan = planFeatures([`ofi_${seconds}s`]);
      const out = new Float32Array(1);
      const warmNs = RANDOM_START_NS + BigInt(seconds) * 1_000_000_000n;
      const [batch] = batchesOf([...levels, tick(warmNs - 1n), tick(warmNs)]);
      const isWarm = [0, 1, 2, 3].map((i) => {
        engine.onEvent(batch!, i);
        return engine.read(plan, out);
      });
      assert.deepEqual(isWarm, [false, false, false, true], `${seconds} s`);
    }
  });

  it('starts anew after a reset, and after a gap waits for one', () => {
    const fill = randomMarket(3, 20);
    const later = (events: TestEvent[], seconds: number) =>
      events.map((event) => ({ ...event, tsNs: event.tsNs + BigInt(seconds) * 1_000_000_000n }));
    const at = (kind: 'reset' | 'gap', seconds: number): TestEvent => ({
      kind,
      tsNs: RANDOM_START_NS + BigInt(seconds) * 1_000_000_000n,
    });
    const plan = planFeatures(['spread']);
    const isReady = (events: TestEvent[]) => {
      const engine = new FeatureEngine();
      for (const batch of batchesOf(events)) for (let i = 0; i < batch.length; i++) engine.onEvent(batch, i);
      return engine.read(plan, new Float32Array(1));
    };
    assert.equal(isReady(fill), true);
    assert.equal(isReady([...fill, at('reset', 1)]), false);
    assert.equal(isReady([...fill, at('reset', 1), ...later(fill, 2)]), true);
    assert.equal(isReady([...fill, at('gap', 1)]), false);
    assert.equal(isReady([...fill, at('gap', 1), ...later(fill, 2)]), false);
    assert.equal(isReady([...fill, at('gap', 1), at('reset', 2), ...later(fill, 2)]), true);
  });

  it('calls book features stale when depth has been silent for more than 30 s, though trades go on', () => {
    const fill = randomMarket(3, 20);
    const trade = (ns: bigint): TestEvent => ({
      kind: 'trade',
      tsNs: RANDOM_START_NS + ns,
      side: 1,
      priceTicks: 11_000,
      size: 1,
    });
    const [batch] = batchesOf([...fill, trade(30_000_000_000n), trade(30_000_000_001n)]);
    const engine = new FeatureEngine();
    const read = (name: string) => engine.read(planFeatures([name]), new Float32Array(1));
    for (let i = 0; i <= 20; i++) engine.onEvent(batch!, i);
    assert.deepEqual([read('spread'), read('volume_1s')], [true, true]);
    engine.onEvent(batch!, 21);
    assert.deepEqual([read('spread'), read('volume_1s')], [false, true]);
  });

  it('refuses an event from the past, and a head that asks for an unknown feature', () => {
    const [fill, trade] = randomMarket(3, 2);
    const [batch] = batchesOf([fill!, { ...trade!, tsNs: fill!.tsNs - 1n }]);
    const engine = new FeatureEngine();
    engine.onEvent(batch!, 0);
    assert.throws(() => engine.onEvent(batch!, 1), TimeWentBack);
    assert.throws(() => planFeatures(['spread', 'astrology']), UnknownFeature);
  });

  it('leaves the row alone while it is cold', () => {
    const row = new Float32Array([7]);
    assert.equal(new FeatureEngine().read(planFeatures(['spread']), row), false);
    assert.deepEqual([...row], [7]);
  });

  it('knows every feature that a head uses', () => {
    for (const name of HEAD_NAMES)
      assert.equal(planFeatures(HEAD_SPECS[name].features).features.length, HEAD_SPECS[name].features.length);
  });
});
