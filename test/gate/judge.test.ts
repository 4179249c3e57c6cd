import assert from 'node:assert/strict';
import { gatherEvidence } from '../../research/gate/gather-evidence.js';
import { judgeGate } from '../../research/gate/judge.js';
import { GATE_RULES, type GateEvidence, type GateRule } from '../../research/gate/report.js';
import { THRESHOLDS, tinyRecipe, tinyRun, tinySamples } from './tiny-market.js';

type Writable<T> = { -readonly [K in keyof T]: Writable<T[K]> };
type Change = (evidence: Writable<GateEvidence>) => void;

/** One change to the evidence of a sound candidate for each rule; `first` where there is no prior release. */
const CHANGES: Record<GateRule, { first?: boolean; change: Change }> = {
  data: { change: ({ heads }) => heads[0]!.folds.pop() },
  parity: { change: ({ heads }) => Object.assign(heads[0]!.parity!, { passed: false, maxAbsDifference: 0.01 }) },
  'class-prior': { first: true, change: ({ heads }) => Object.assign(heads[0]!.pooled!, { classPriorLogLoss: 0.1 }) },
  calibration: {
    first: true,
    change: ({ heads }) => Object.assign(heads[0]!.pooled!.candidate, { calibrationError: 0.051 }),
  },
  'calibration-rise': {
    change: ({ heads }) => {
      heads[0]!.pooled!.prior!.calibrationError = 0.02;
      heads[0]!.pooled!.candidateWherePrior!.calibrationError = 0.031;
    },
  },
  'log-loss-worse': { change: ({ heads }) => Object.assign(heads[0]!.comparison!.dieboldMariano, { pWorse: 0.039 }) },
  'hit-rate': {
    change: ({ heads }) =>
      Object.assign(heads[0]!.pooled!.candidateWherePrior!, { hitRate: heads[0]!.pooled!.prior!.hitRate - 0.011 }),
  },
  'net-pnl-worse': {
    change: ({ portfolio }) => Object.assign(portfolio!.comparison!.dieboldMariano, { pWorse: 0.039 }),
  },
  turnover: {
    change: ({ portfolio }) => {
      Object.assign(portfolio!.candidateWherePrior!, { tradesPerDay: 1.26 * portfolio!.prior!.tradesPerDay });
      Object.assign(portfolio!.comparison!.dieboldMariano, { pWorse: 0.19 });
    },
  },
  'deflated-sharpe': {
    first: true,
    change: ({ portfolio }) => Object.assign(portfolio!.candidate, { deflatedSharpe: 0.949 }),
  },
  pbo: {
    change: ({ portfolio }) =>
      Object.assign(portfolio!, { pbo: { probability: 0.51, configurations: 12, combinations: 70 } }),
  },
  'net-pnl': {
    change: ({ portfolio }) => {
      portfolio!.candidate.netTicks = -5;
      portfolio!.candidate.netTicksInterval = { estimate: -5, low: -20, high: 10 };
      portfolio!.prior!.netTicks = -6;
    },
  },
  'few-trades': { first: true, change: ({ portfolio }) => Object.assign(portfolio!.candidate, { trades: 29 }) },
  'rows-differ': {
    change: ({ rowChecks }) =>
      rowChecks.push({
        ...{ head: 'F2_dom', rows: 100, differing: 2, shiftRows: null },
        first: { startMs: 1_388_673_000_000, feature: 'signal', inSamples: 1, inTrading: null },
      }),
  },
  'early-labels': { first: true, change: ({ heads }) => Object.assign(heads[0]!.data, { earlyLabels: 1 }) },
  permutation: {
    first: true,
    change: ({ heads }) => Object.assign(heads[0]!, { permuted: { skill: 0.02, p: 0.00001 } }),
  },
  drift: {
    change: ({ drift }) => drift.push({ head: 'F2_dom', of: 'signal', before: 0.1, kept: 0.9, p: 0.00009 }),
  },
  hole: {
    first: true,
    change: ({ heads }) =>
      Object.assign(heads[0]!.data, { hole: { weekdays: 11, after: 20_230_105, before: 20_230_123 } }),
  },
  'fewer-rows': {
    change: ({ heads }) => Object.assign(heads[0]!, { trainedRows: { candidate: 79, prior: 100 } }),
  },
  'too-good': { change: ({ heads }) => Object.assign(heads[0]!.comparison!, { logLossRise: -0.016 }) },
};

describe('the verdict of the gate', () => {
  let sound: { first: GateEvidence; update: GateEvidence };
  before(async () => {
    const samples = [tinySamples({ seed: 1, days: 40, rowsPerDay: 120, signal: 0.3 })];
    const evidenceOf = async (prior: boolean) =>
      gatherEvidence(await tinyRun({ samples, candidate: tinyRecipe(0), prior: prior ? tinyRecipe(0) : null }), [])
        .evidence;
    sound = { first: await evidenceOf(false), update: await evidenceOf(true) };
  });

  it('passes the sound candidate that every other case here changes in one point', () => {
    assert.deepEqual(judgeGate(sound.first, THRESHOLDS).reasons, []);
    assert.deepEqual(judgeGate(sound.update, THRESHOLDS).reasons, []);
  });

  for (const rule of GATE_RULES)
    it(`holds by "${rule}" alone when only that is broken, with a sentence and both numbers`, () => {
      const { first, change } = CHANGES[rule];
      const evidence = structuredClone(first ? sound.first : sound.update) as Writable<GateEvidence>;
      change(evidence);
      const { verdict, reasons } = judgeGate(evidence, THRESHOLDS);
      assert.equal(verdict, 'hold');
      assert.deepEqual(
        reasons.map((reason) => reason.rule),
        [rule],
      );
      assert.match(reasons[0]!.sentence, /^[A-Z0-9].*\.$/);
      if (rule !== 'parity') assert.equal(typeof reasons[0]!.threshold, 'number');
    });

  it('holds by nothing at exactly the thresholds', () => {
    const evidence = structuredClone(sound.update) as Writable<GateEvidence>;
    const head = evidence.heads[0]!;
    const portfolio = evidence.portfolio!;
    head.pooled!.candidate.calibrationError = THRESHOLDS.calibrationErrorMax;
    head.pooled!.prior!.calibrationError = THRESHOLDS.calibrationErrorMax;
    head.comparison!.logLossRise = -THRESHOLDS.logLossDropMax;
    // Of two tests the smaller p counts twice.
    head.comparison!.dieboldMariano.pWorse = THRESHOLDS.significance / 2;
    portfolio.comparison!.dieboldMariano.pWorse = THRESHOLDS.significance;
    portfolio.candidate.trades = THRESHOLDS.tradesMin;
    portfolio.candidate.deflatedSharpe = THRESHOLDS.deflatedSharpeUpdateMin;
    assert.deepEqual(judgeGate(evidence, THRESHOLDS).reasons, []);
  });

  it('lets turnover rise where what it earns is no less than chance allows', () => {
    const evidence = structuredClone(sound.update) as Writable<GateEvidence>;
    evidence.portfolio!.candidateWherePrior!.tradesPerDay *= 2;
    evidence.portfolio!.comparison!.dieboldMariano.pWorse = 0.21;
    assert.deepEqual(judgeGate(evidence, THRESHOLDS).reasons, []);
  });

  it('has a floor for those that follow another as well: no update passes with an edge that is likelier luck', () => {
    const evidence = structuredClone(sound.update) as Writable<GateEvidence>;
    evidence.portfolio!.candidate.deflatedSharpe = 0.49;
    assert.deepEqual(
      judgeGate(evidence, THRESHOLDS).reasons.map(({ rule }) => rule),
      ['deflated-sharpe'],
    );
  });

  it('holds for too much skill, prior or not, and names the feature to look at', () => {
    const evidence = structuredClone(sound.first) as Writable<GateEvidence>;
    evidence.heads[0]!.pooled!.classPriorLogLoss = 5;
    const { reasons } = judgeGate(evidence, THRESHOLDS);
    assert.deepEqual(
      reasons.map(({ rule }) => rule),
      ['too-good'],
    );
    assert.match(reasons[0]!.sentence, /Look first at signal, which brought 70\.0 % of the gain/);
  });

  it('is inconclusive where more data would decide, and a plain hold where anything speaks against the candidate', () => {
    const evidence = structuredClone(sound.first) as Writable<GateEvidence>;
    evidence.portfolio!.candidate.netTicksInterval = { estimate: 40, low: -3, high: 83 };
    const undecided = judgeGate(evidence, THRESHOLDS);
    assert.deepEqual([undecided.verdict, undecided.outcome], ['hold', 'inconclusive']);
    assert.match(
      undecided.reasons[0]!.sentence,
      /may be chance: .* About 4 more trade dates like these would decide it\./,
    );
    evidence.heads[0]!.pooled!.candidate.calibrationError = 0.06;
    const { outcome, reasons } = judgeGate(evidence, THRESHOLDS);
    assert.equal(outcome, 'hold');
    assert.deepEqual(
      reasons.map(({ rule }) => rule),
      ['calibration', 'data'],
    );
  });

  it('counts comparisons together: what would be worse by one of several tests alone passes, what is a little worse everywhere does not', () => {
    const evidence = structuredClone(sound.update) as Writable<GateEvidence>;
    const [head] = evidence.heads;
    evidence.heads = [0.02, 0.6, 0.7].map((pWorse, at) => {
      const one = structuredClone(head!);
      Object.assign(one, { head: `H${at}` });
      Object.assign(one.comparison!.dieboldMariano, { pWorse });
      return one;
    });
    assert.deepEqual(judgeGate(evidence, THRESHOLDS).reasons, []);
    for (const one of evidence.heads) one.comparison!.dieboldMariano.pWorse = 0.1;
    const { reasons } = judgeGate(evidence, THRESHOLDS);
    assert.deepEqual(
      reasons.map(({ rule, head: named }) => [rule, named ?? null]),
      [['log-loss-worse', null]],
    );
    assert.match(reasons[0]!.sentence, /^All heads together forecast significantly worse/);
  });

  it('holds a head whose ONNX parity nobody measured', () => {
    const evidence = structuredClone(sound.first) as Writable<GateEvidence>;
    evidence.heads[0]!.parity = null;
    assert.deepEqual(
      judgeGate(evidence, THRESHOLDS).reasons.map(({ rule, head }) => [rule, head]),
      [['parity', 'F2_dom']],
    );
  });

  it('holds where a prior release was named but not scored', () => {
    const evidence = { ...sound.first, priorRelease: 'believe-v1' };
    const { reasons } = judgeGate(evidence, THRESHOLDS);
    assert.deepEqual(
      reasons.map(({ rule }) => rule),
      ['data', 'data'],
    );
  });
});
