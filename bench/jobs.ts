import type { BenchJob } from './bench-result.js';

/** Every bench by the name that `npm run bench -- NAME` takes. */
export const BENCH_JOBS: Readonly<Record<string, { summary: string; load: () => Promise<BenchJob> }>> = {
  store: {
    summary: 'parse and book, import, read: against JSON.parse, DuckDB, C and pyarrow',
    load: async () => (await import('./store.js')).benchStore,
  },
  'shared-store': {
    summary: 'SYNTHETIC days into one bucket: two importers on two hosts against one; a bucket against a folder',
    load: async () => (await import('./shared-store.js')).benchSharedStore,
  },
  folds: {
    summary: 'folds of one ship by two research hosts with a core each, through a bucket: against one of them alone',
    load: async () => (await import('./folds.js')).benchFolds,
  },
  replay: {
    summary: 'features and market making on every event: against hftbacktest and NautilusTrader, fills reconciled',
    load: async () => (await import('./replay.js')).benchReplay,
  },
  bridge: {
    summary:
      'order latency against ib_async and NautilusTrader, capture throughput against @stoqey/ib alone, event loop, memory',
    load: async () => (await import('./bridge.js')).benchBridge,
  },
  path: {
    summary: 'captured segments to rows in the store of research: against bare rsync of the same bytes',
    load: async () => (await import('./path.js')).benchPath,
  },
  follow: {
    summary:
      "Sierra Chart's files into segments, five million records each: against numpy on the same bytes; the same events in pieces",
    load: async () => (await import('./follow.js')).benchFollow,
  },
  gate: {
    summary: 'how often the gate holds what is sound and passes what is bad, on generated markets: against its aims',
    load: async () => (await import('./gate.js')).benchGate,
  },
  'gate-real': {
    summary: 'the gate on real bars, NQ and CL: their models against themselves, and seeds on redrawn dates',
    load: async () => (await import('./gate-real.js')).benchGateReal,
  },
  search: {
    summary: 'one search of recipes, by one research worker and by two',
    load: async () => (await import('./search.js')).benchSearch,
  },
  dashboard: {
    summary:
      'the public page in workerd against a bare Worker; a year of fills checked in a browser; bytes of the first view',
    load: async () => (await import('./dashboard.js')).benchDashboard,
  },
  'gate-live': {
    summary: 'whether the money of the gate foretells that of twenty dates traded later: against one contract a head',
    load: async () => (await import('./gate-live.js')).benchGateLive,
  },
  drift: {
    summary: 'false alarms a year, and days until a change is noticed: against Evidently and NannyML as they come',
    load: async () => (await import('./drift.js')).benchDrift,
  },
  sierra: {
    summary:
      'nanoseconds that a trade and a book cost the thread of a chart: against a study that writes in its callback',
    load: async () => (await import('./sierra.js')).benchSierra,
  },
  heads: {
    summary: 'one row of each head by its trees, without a runtime: against onnxruntime, and bit for bit',
    load: async () => (await import('./heads.js')).benchHeads,
  },
  train: {
    summary: 'a fit, its rounds and one row of its graph: against xgboost and onnxruntime in Python',
    load: async () => (await import('./train.js')).benchTrain,
  },
  ship: {
    summary: 'seconds per stage of a ship, and the share that is orchestration',
    load: async () => (await import('./ship.js')).benchShip,
  },
  setup: {
    summary: 'seconds to the first live release, memory and processor share when idle: against the budget',
    load: async () => (await import('./setup.js')).benchSetup,
  },
};
