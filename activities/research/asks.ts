import { z } from 'zod';
import { HEADS_MAX, headName } from '../../shared/model/heads/head.js';
import { capturedDay, streamPlaces } from '../../shared/orchestration/path/asks.js';
import { instrumentName } from '../../shared/orchestration/path/messages.js';
import { searchInput } from '../../shared/orchestration/search/messages.js';
import { runIdentity } from '../../shared/orchestration/ship/ship-id.js';
import { reference, sha256Hex } from '../../shared/reference.js';
import { dsseEnvelope } from '../../shared/trust/dsse.js';
import type { BacktestActivities } from './backtest-contract.js';
import type { ResearchActivities } from './contract.js';
import type { FoldActivities } from './fold-contract.js';
import type { MonitorActivities } from './monitor-contract.js';
import type { ResearchPathActivities } from './path-contract.js';
import type { SearchActivities } from './search-contract.js';

const ship = z.object({ shipId: runIdentity });
const backtest = z.object({ backtestId: runIdentity });
const samples = z.object({ head: headName, samples: reference });
/** What a candidate is compared with. */
export const comparison = z.object({ priorVersion: z.number().int().positive().nullable() });
const planned = z.object({ plan: reference });
const day = z.object({ tradeDate: z.string(), result: reference });
const madeFold = z.object({ score: reference, models: reference, measured: dsseEnvelope });
const DAYS_MAX = 100_000;

/** What is asked of every host that shares folds. */
export const FOLD_ASKS: Readonly<Record<keyof FoldActivities, z.ZodType>> = {
  fitFold: ship.extend({ offer: reference, head: headName, fold: z.number() }),
};

/**
 * As much of what each step is asked as it goes by: the rest of it is for people who read the history, and older runs may
 * say more or less there.
 */
export const RESEARCH_ASKS: Readonly<
  Record<
    keyof (ResearchActivities & BacktestActivities & ResearchPathActivities & SearchActivities & MonitorActivities),
    z.ZodType
  >
> = {
  openShip: ship,
  pinTrainingSet: ship,
  buildSamples: ship.extend({ trainingSet: z.object({ manifest: reference }) }),
  trainHead: ship.extend({ samples }),
  assembleCandidate: ship.extend({
    heads: z.array(z.object({ head: headName, onnx: reference })).max(HEADS_MAX),
  }),
  planGate: ship.extend({ samples: z.array(samples).max(HEADS_MAX) }),
  scoreFold: ship.extend({ plan: comparison, samples, fold: z.number() }),
  takeFold: ship.extend({ plan: comparison, head: headName, fold: z.number(), made: madeFold }),
  scoreDay: ship.extend({ plan: comparison, tradeDate: z.number() }),
  judgeGate: ship.extend({ plan: comparison }),
  takeLane: ship,
  leaveLane: ship,
  remindHeld: ship.extend({ reasons: z.array(z.string()).max(1000), heldForMs: z.number() }),
  checkDecision: ship.extend({ decision: z.looseObject({}) }),
  signRelease: ship,
  signRollback: ship,
  signOrderedRollback: ship.extend({ order: dsseEnvelope }),
  signedRelease: ship,
  publishRelease: ship.extend({ release: z.object({ payloadSha256: sha256Hex }) }),
  recordLive: ship,
  revokeRelease: ship.extend({ reason: z.string().min(1) }),
  awaitReceived: z.object({ streams: streamPlaces, waitSeconds: z.number().min(0).max(86_400) }),
  ingestBacklog: z.object({ instrument: instrumentName.optional() }),
  ingestDay: capturedDay,
  reconcileDay: capturedDay,
  monitorBacklog: z.object({}),
  monitorDay: capturedDay,
  scoreRecipe: ship.extend({ search: searchInput, samples, trial: z.number(), rung: z.number() }),
  concludeSearch: ship.extend({ search: searchInput }),
  planBacktest: backtest,
  backtestDay: backtest.extend({ plan: planned, tradeDate: z.string() }),
  concludeBacktest: backtest.extend({ plan: planned, days: z.array(day).max(DAYS_MAX) }),
};
