import assert from 'node:assert/strict';
import { judgeArms } from '../../bench/gate/study.js';
import { STUDY_ARMS } from '../../bench/gate/study-arms.js';
import { studySamples } from '../../bench/gate/study-market.js';
import { buildSamples } from '../../research/samples/build-samples.js';
import { gateThresholds } from '../../shared/config/gate-thresholds.js';
import { HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { REAL_FILES } from '../market/real-files.js';
import { barsSource } from '../samples/file-sources.js';
import { library } from '../training/library.js';

const thresholds = gateThresholds.parse({ seedsPerArm: 2 });
const armsNamed = (...names: string[]) => STUDY_ARMS.filter(({ name }) => names.some((part) => name.includes(part)));

describe('the gate on bars that were really traded', () => {
  it('never passes the model of crude oil, which loses: neither against itself nor against another seed of it', async () => {
    const bars = [await barsSource(REAL_FILES.cl)];
    const options = { heads: [HEAD_SPECS.XGB_5m], feeTicks: 0.25, barTickSize: 0.01 };
    const { samples } = await buildSamples({ depth: [], bars }, options);
    const itself = { name: 'itself', isBad: true, aim: 0 };
    const verdicts = await judgeArms([samples.XGB_5m!], [itself, ...armsNamed('another seed')], {
      ...{ seed: 1, library, thresholds },
    });
    for (const { verdict, outcome, reasons } of verdicts) {
      assert.deepEqual([verdict, outcome], ['hold', 'hold']);
      const rules = reasons.map(({ rule }) => rule);
      assert.ok(rules.includes('net-pnl') && rules.includes('deflated-sharpe'), String(rules));
    }
  }).timeout(300_000);
});

describe('the gate on a SYNTHETIC market as the default set-up makes it', () => {
  it('passes another seed, and holds wrong labels, a model without signal and a leak, each for its reason', async () => {
    const arms = armsNamed('another seed', '30 %', 'no signal', 'a leak: the move');
    const verdicts = await judgeArms(await studySamples({ seed: 1, days: 10, barDays: 60 }), arms, {
      ...{ seed: 1, library, thresholds },
    });
    const rules = verdicts.map(({ reasons }) => [...new Set(reasons.map(({ rule }) => rule))]);
    assert.deepEqual(rules[0], []);
    assert.ok(rules[1]!.includes('log-loss-worse'), String(rules[1]));
    assert.ok(rules[2]!.includes('class-prior'), String(rules[2]));
    assert.ok(rules[3]!.includes('too-good'), String(rules[3]));
  }).timeout(300_000);
});
