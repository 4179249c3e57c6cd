import assert from 'node:assert/strict';
import { realMarket } from '../../bench/gate/real-market.js';
import { BASE, judgeArms } from '../../bench/gate/study.js';
import { STUDY_ARMS } from '../../bench/gate/study-arms.js';
import { studyMarket } from '../../bench/gate/study-market.js';
import { gateThresholds } from '../../shared/config/gate-thresholds.js';
import { library } from '../training/library.js';

const thresholds = gateThresholds.parse({ seedsPerArm: 2 });
const armsNamed = (...names: string[]) => STUDY_ARMS.filter(({ name }) => names.some((part) => name.includes(part)));

describe('the gate on bars that were really traded', () => {
  it('never passes the model of crude oil against itself: what it expects does not pay, and months of bars are missing', async () => {
    const [judged] = await judgeArms(await realMarket('CL', 0), [BASE], { ...{ seed: 1, library, thresholds } });
    const { verdict, evidence } = judged!;
    assert.deepEqual([verdict.verdict, verdict.outcome], ['hold', 'hold']);
    const rules = verdict.reasons.map(({ rule }) => rule);
    assert.ok(rules.includes('net-pnl') && rules.includes('hole'), String(rules));
    assert.ok(evidence.portfolio!.tradeDates > 100);
    assert.ok(evidence.rowChecks.every(({ rows, differing }) => rows > 10_000 && differing === 0));
  }).timeout(300_000);
});

describe('the gate on a SYNTHETIC market as the default set-up makes it', () => {
  it('passes another seed, and holds wrong labels, a model without signal, stale features and a leak, each for its reason', async () => {
    const arms = armsNamed('another seed', '30 %', 'stale', 'no signal', 'a leak: the move');
    const market = await studyMarket({ seed: 1, days: 10, barDays: 60 });
    const judged = await judgeArms(market, arms, { ...{ seed: 1, library, thresholds } });
    const rules = judged.map(({ verdict }) => [...new Set(verdict.reasons.map(({ rule }) => rule))]);
    assert.deepEqual(rules[0], []);
    assert.ok(rules[1]!.includes('log-loss-worse'), String(rules[1]));
    assert.ok(rules[2]!.includes('rows-differ'), String(rules[2]));
    assert.ok(rules[3]!.includes('class-prior'), String(rules[3]));
    assert.deepEqual(rules[4]!.slice(0, 2), ['rows-differ', 'too-good']);
    const stale = judged[2]!.verdict.reasons.find(({ rule }) => rule === 'rows-differ')!;
    assert.match(stale.sentence, /They are the rows of 5 rows earlier: the features are stale\./);
  }).timeout(300_000);

  it('holds a first release with a leak too weak to be too good: its rows are not those of trading', async () => {
    const market = await studyMarket({ seed: 1, days: 10, barDays: 60 });
    const options = { seed: 1, library, thresholds };
    const [weak] = await judgeArms(market, armsNamed('a weak leak'), options, false);
    const rules = weak!.verdict.reasons.map(({ rule }) => rule);
    assert.ok(rules.includes('rows-differ') && !rules.includes('too-good'), String(rules));
  }).timeout(300_000);
});
