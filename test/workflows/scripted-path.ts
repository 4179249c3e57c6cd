import type { BrokerPathActivities, SealedJournals } from '../../activities/broker/path-contract.js';
import type { ResearchPathActivities } from '../../activities/research/path-contract.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import type { CaptureSource } from '../../shared/contract/capture-source.js';
import { type BeforeStep, scriptedSteps } from './scripted-steps.js';

/** Both tiers of the way back as a script. `calls` holds the names of the steps in order. */
export interface PathScript {
  readonly backlog?: readonly CapturedDay[];
  /** Days that were received, and not ingested. */
  readonly received?: readonly CapturedDay[];
  /** Lines that were captured; null for none. */
  readonly rows?: number | null;
  /** How often research is asked in vain. */
  readonly receivedLate?: number;
  /** Of the rounds of journals one after the other; the last one stays. */
  readonly rounds?: readonly Partial<SealedJournals>[];
  /** Who else has captured the day. */
  readonly others?: readonly CaptureSource[];
  readonly before?: BeforeStep;
}

export function scriptedPath(script: PathScript) {
  const { calls, answer } = scriptedSteps(script.before);
  let round = 0;
  let askedInVain = 0;
  const { rows = 100, receivedLate = 0, rounds = [{ isOver: true }] } = script;
  const broker: BrokerPathActivities = {
    captureBacklog: () => answer('captureBacklog', () => ({ days: script.backlog ?? [] })),
    captureDefaults: ({ instrument = 'ESZ5', tradeDate = '2025-12-01' }) =>
      answer('captureDefaults', () => ({ instrument, tradeDate })),
    awaitCaptured: ({ source }) =>
      answer(named('awaitCaptured', source), () =>
        source === undefined ? { segments: 1, others: script.others ?? [] } : { segments: 1, open: 0 },
      ),
    sealCapture: ({ instrument, source }) =>
      answer(named('sealCapture', source), () =>
        rows === null && source === undefined
          ? null
          : { stream: `capture/${source ?? 'dom_ib'}/${instrument}`, epoch: 1, seq: 3, batches: 2, rows: rows ?? 100 },
      ),
    journalDay: ({ tradeDate = '2025-12-01' }) => answer('journalDay', () => ({ broker: 'broker', tradeDate })),
    sealJournals: ({ close }) =>
      answer(close ? 'sealJournals, close' : 'sealJournals', () => ({
        ...{ streams: [{ stream: 'orders', epoch: 1, seq: round + 1 }], batches: 1, rows: 10, failed: [] },
        ...{ isOver: false, nextInSeconds: 1, ...rounds[Math.min(round++, rounds.length - 1)] },
      })),
    pushBatches: () => answer('pushBatches', () => ({ files: 2, bytes: 1000 })),
    takeReceipts: ({ streams }) => answer('takeReceipts', () => ({ acknowledged: streams })),
    pruneBroker: () => answer('pruneBroker', () => ({ deleted: 4 })),
  };
  const research: ResearchPathActivities = {
    awaitReceived: ({ streams }) =>
      answer('awaitReceived', () => ({
        missing:
          askedInVain++ < receivedLate ? streams.map(({ stream, seq }) => ({ stream, seq, taken: seq - 1 })) : [],
      })),
    ingestBacklog: () => answer('ingestBacklog', () => ({ days: script.received ?? [] })),
    ingestDay: ({ source }) => answer(named('ingestDay', source), () => ({ events: 98, batches: 2 })),
    reconcileDay: ({ source }) =>
      answer(named('reconcileDay', source), () => ({
        ...{ verdict: 'doubtful' as const, volumeMatchedPercent: 99.2, findings: ['ib lacks 8 contracts'] },
        markdown: '**doubtful**: 99.2 % of the volume is in both captures',
      })),
  };
  return { broker, research, calls };
}

const named = (step: string, source: CaptureSource | undefined) => (source === undefined ? step : `${step}, ${source}`);
