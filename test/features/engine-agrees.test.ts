import assert from 'node:assert/strict';
import { FeatureEngine } from '../../shared/market/features/feature-engine.js';
import { planFeatures } from '../../shared/market/features/feature-plan.js';
import { FEATURES } from '../../shared/market/features/schema.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { batchesOf, eventsOf, type TestEvent } from '../market/event.js';
import { randomMarket } from '../market/random-market.js';
import { ES_SAMPLE } from '../market/sample-file.js';
import { ReferenceFeatures } from './reference-features.js';

const STREAM_FEATURES = FEATURES.filter(({ family }) => family === 'book' || family === 'flow').map(({ name }) => name);
/** Each feature by itself, so that the warm-up of one does not hide another; the last plan reads all at once. */
const PLANS = [...STREAM_FEATURES.map((name) => [name]), STREAM_FEATURES];

/** Compares every feature after every `every`th event. @returns how many values were compared */
function compare(events: readonly TestEvent[], every: number): number {
  const engine = new FeatureEngine();
  const reference = new ReferenceFeatures();
  const plans = PLANS.map((names) => planFeatures(names));
  let compared = 0;
  let i = 0;
  for (const batch of batchesOf(events)) {
    for (let row = 0; row < batch.length; row++, i++) {
      engine.onEvent(batch, row);
      reference.apply(events[i]!);
      if (i % every !== 0 && i !== events.length - 1) continue;
      for (const plan of plans) {
        const out = new Float32Array(plan.names.length);
        const actual = engine.read(plan, out) ? out : null;
        const expected = reference.read(plan.names);
        if (actual === null || expected === null || !isClose(actual, expected))
          assert.deepEqual(actual, expected, `event ${i}, ${plan.names.join()}`);
        compared += actual?.length ?? 0;
      }
    }
  }
  return compared;
}

/** The same but for the last bit: the definitions may add up fractions where the engine adds whole numbers. */
function isClose(actual: Float32Array, expected: Float32Array): boolean {
  return actual.every((value, k) => Math.abs(value - expected[k]!) <= 1e-6 * Math.max(1, Math.abs(expected[k]!)));
}

describe('the feature engine agrees with the definitions', () => {
  it('on 1,000 random streams with breaks, crossed moments and quiet seconds', () => {
    let compared = 0;
    for (let seed = 1; seed <= 1000; seed++) compared += compare(randomMarket(seed, 60 + (seed % 240)), 97);
    assert.ok(compared > 50_000, `${compared} values compared`);
  });

  it('on long random streams, at many moments', () => {
    for (let seed = 1; seed <= 3; seed++) assert.ok(compare(randomMarket(seed, 6000, false), 211) > 500);
  });

  it('on the real sample', async () => {
    const events: TestEvent[] = [];
    const file = await openDepthFile(ES_SAMPLE);
    for await (const batch of file.batches()) events.push(...eventsOf(batch));
    assert.ok(compare(events, 307) > 2000);
  });
});
