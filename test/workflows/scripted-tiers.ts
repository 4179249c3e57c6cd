import type { BrokerActivities, Observation } from '../../activities/broker/contract.js';
import type { GateVerdict, ResearchActivities, SignedRelease } from '../../activities/research/contract.js';
import type { FoldActivities } from '../../activities/research/fold-contract.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';
import type { Reference } from '../../shared/reference.js';
import { type BeforeStep, scriptedSteps } from './scripted-steps.js';

/**
 * Both tiers as a script: the workflow under test is the real one on a real server; what the steps answer is decided by
 * the test. `calls` holds the names in order.
 */
export interface Script {
  verdicts?: ('pass' | 'hold')[];
  holdTimeoutMs?: number;
  remindEveryMs?: number;
  /** Versions that the lane says are live, one for each time it is taken. */
  priorsInLane?: (number | null)[];
  observations?: Partial<Observation>[];
  swap?: Partial<SwapRecord>;
  /** Folds are offered to other hosts. */
  sharesFolds?: boolean;
  hasPrior?: boolean;
  openInMs?: number;
  /** The release that the bridge turns out to have swapped to when the swap is withdrawn. */
  swappedBeforeDisarm?: string;
  before?: BeforeStep;
}

const sha = (digit: string) => digit.repeat(64);
const reference = (uri: string): Reference => ({ uri, sha256: sha('a'), bytes: 1 });

export function scriptedTiers(script: Script) {
  const { calls, answer } = scriptedSteps(script.before);
  let gates = 0;
  let lanes = 0;
  let observations = 0;
  let signed = 0;
  const prior = () => (script.priorsInLane ?? [])[lanes] ?? null;
  const release = (): SignedRelease => ({
    modelVersion: signed,
    counter: signed,
    payloadSha256: sha(String(signed % 10)),
    tarball: reference(`believe-v${signed}.tar.gz`),
    envelope: reference(`believe-v${signed}.dsse.json`),
  });

  const research: ResearchActivities = {
    openShip: () =>
      answer('openShip', () => ({
        instrument: 'ESZ5',
        synthetic: true,
        heads: HEAD_NAMES,
        holdTimeoutMs: script.holdTimeoutMs ?? 3_600_000,
        remindEveryMs: script.remindEveryMs ?? 1_800_000,
        observeMarketSeconds: 1,
      })),
    pinTrainingSet: () =>
      answer('pinTrainingSet', () => ({ merkleRoot: sha('b'), shards: 3, bytes: 9, manifest: reference('set.json') })),
    buildSamples: () =>
      answer('buildSamples', () =>
        HEAD_NAMES.map((head) => ({ head, rows: 10, tradeDates: 2, samples: reference(head) })),
      ),
    trainHead: ({ samples }) =>
      answer('trainHead', () => ({
        head: samples.head,
        rows: 10,
        rounds: 5,
        parityRows: 10,
        trainLogLoss: 0.5,
        onnx: reference(`${samples.head}.onnx`),
      })),
    assembleCandidate: () => answer('assembleCandidate', () => ({ manifest: reference('candidate.json') })),
    planGate: () =>
      answer('planGate', () => ({
        folds: HEAD_NAMES.flatMap((head) =>
          [0, 1].map((fold) => ({ head, fold, ...(script.sharesFolds ? { isOffered: fold === 0 } : {}) })),
        ),
        ...(script.sharesFolds ? { offer: reference('offer') } : {}),
        days: [20140102, 20140103],
        priorVersion: prior(),
        problems: [],
      })),
    scoreFold: ({ samples, fold }) =>
      answer('scoreFold', () => ({
        head: samples.head,
        fold,
        testRows: 5,
        candidateLogLoss: 0.6,
        priorLogLoss: null,
        score: reference('score'),
      })),
    takeFold: ({ head, fold }) =>
      answer('takeFold', () => ({
        ...{ head, fold, testRows: 5, candidateLogLoss: 0.6, priorLogLoss: null, score: reference('score') },
      })),
    scoreDay: ({ tradeDate }) =>
      answer('scoreDay', () => ({
        ...{ tradeDate, trades: 3, candidateNetTicks: 10, priorNetTicks: null, day: reference('day') },
      })),
    judgeGate: ({ plan }) =>
      answer('judgeGate', (): GateVerdict => {
        const verdict = script.verdicts?.[gates++] ?? 'pass';
        return {
          verdict,
          reasons: verdict === 'hold' ? ['Only 4 minutes of book: the gate needs 8 trade dates.'] : [],
          markdown: '| head | candidate | prior |\n|---|---|---|\n| F2_dom | 0.60 | - |',
          report: reference('gate-report.json'),
          card: { json: reference('model-card.json'), html: reference('model-card.html') },
          priorVersion: plan.priorVersion,
        };
      }),
    takeLane: () =>
      answer('takeLane', () => {
        lanes++;
        return { priorVersion: prior() };
      }),
    leaveLane: () => answer('leaveLane', () => undefined),
    remindHeld: () => answer('remindHeld', () => undefined),
    signRelease: () =>
      answer('signRelease', () => {
        signed++;
        return release();
      }),
    signRollback: () =>
      answer('signRollback', () => {
        if (!script.hasPrior) return null;
        signed++;
        return release();
      }),
    signOrderedRollback: () =>
      answer('signOrderedRollback', () => {
        signed++;
        return release();
      }),
    publishRelease: () => answer('publishRelease', () => undefined),
    recordLive: () => answer('recordLive', () => undefined),
    checkDecision: () => answer('checkDecision', () => undefined),
    revokeRelease: () => answer('revokeRelease', () => undefined),
    signedRelease: () => answer('signedRelease', () => (signed > 0 ? release() : null)),
  };

  const broker: BrokerActivities = {
    pullRelease: () => answer('pullRelease', () => ({ bytes: 1 })),
    verifyRelease: () => answer('verifyRelease', () => ({ files: 9, keyIds: [sha('k')] })),
    nextRthOpen: () =>
      answer('nextRthOpen', () => ({
        tradeDate: '2025-03-10',
        rthOpen: '2025-03-10T13:30:00.000Z',
        rthOpenMarketMs: Date.parse('2025-03-10T13:30:00Z'),
        waitMs: script.openInMs ?? 50,
      })),
    armSwap: () => answer('armSwap', () => undefined),
    awaitSwap: ({ shipId, modelVersion, counter, payloadSha256 }) =>
      answer('awaitSwap', () => ({
        v: 1,
        shipId,
        outcome: 'swapped',
        marketTime: '2025-03-10T13:30:00.250Z',
        wallTime: '2025-03-10T13:30:00.250Z',
        modelVersion,
        counter,
        payloadSha256,
        priorModelVersion: null,
        heads: [],
        goldenRowsChecked: 192,
        afterEventSeq: 41,
        ...script.swap,
      })),
    disarmSwap: () => answer('disarmSwap', () => ({ swappedPayloadSha256: script.swappedBeforeDisarm ?? null })),
    observeRelease: () =>
      answer('observeRelease', () => ({
        healthy: true,
        faults: [],
        decisions: 10,
        events: 100,
        ...script.observations?.[observations++],
      })),
    pullRevocations: () => answer('pullRevocations', () => ({ revoked: 1 })),
    haltTrading: () => answer('haltTrading', () => undefined),
  };
  const folds: FoldActivities = {
    fitFold: () =>
      answer('fitFold', () => ({
        ...{ score: reference('score'), models: reference('models') },
        measured: { payloadType: 'measured', payload: 'e30=', signatures: [{ keyid: sha('a'), sig: 'AA==' }] },
      })),
  };
  return { research, broker, ...(script.sharesFolds ? { folds } : {}), calls };
}
