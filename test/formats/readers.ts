import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createBacktestSteps } from '../../activities/research/backtest-steps.js';
import { decodeScoredFold } from '../../research/gate/fold-file.js';
import { decodeFoldModels } from '../../research/gate/trade/fold-models.js';
import { DayRecords } from '../../research/ingest/day-record.js';
import { MonitorFolder } from '../../research/monitor/monitor-folder.js';
import { Quarantine } from '../../research/receive/quarantine.js';
import { receivePlaces } from '../../research/receive/receive-places.js';
import { doubtfulSpans } from '../../research/reconcile/doubtful-spans.js';
import { decodeScoredRecipe } from '../../research/search/scored-recipe.js';
import { releaseShards } from '../../research/ship/release-shards.js';
import { RunFolder, referenceTo } from '../../research/ship/run-folder.js';
import { ShipFolder } from '../../research/ship/ship-folder.js';
import { readPlan, storedPlan } from '../../research/ship/ship-plan.js';
import { judgeDossier } from '../../research/signer/judge-dossier.js';
import { MarketStore } from '../../research/store/market-store.js';
import { refuseCopies } from '../../research/store/shared/bucket-mark.js';
import { namedTrainingSets } from '../../research/store/shared/training-sets.js';
import { allSnapshots } from '../../research/store/snapshot.js';
import { loadTrainedHead } from '../../research/training/trained-head-folder.js';
import { configSchema } from '../../shared/config/config.js';
import type { StampedName } from '../../shared/formats/formats.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { Ledger } from '../../simulator/orders/ledger.js';
import { loadState } from '../../simulator/state-file.js';
import { lookAtResearch } from '../../watch/research/look-at-research.js';
import { unpackHome } from './homes.js';

/** Where a file of a format lies in a home, and the product's own reader of it. */
interface Reader {
  readonly place: string;
  read(file: string): unknown;
  /** What the reader calls it, where it is given no file. */
  readonly named?: string;
}

const SHA = 'a'.repeat(64);
const RUN = 'ship/1~0a1b2c3d';
const ship = (home: string) => new ShipFolder(path.join(home, 'research'), RUN);
const inShip = (home: string, name: string) => path.relative(home, ship(home).file(...name.split('/')));
const bytes = (file: string) => readFileSync(file);
const store = (home: string) => new MarketStore(path.join(home, 'research/store'));
const watched = (home: string) =>
  lookAtResearch(
    { ...configSchema.parse({}), home },
    createMarketClock({ kind: 'real' }),
    { missingSinceMs: {} },
    null,
    Date.now(),
  );

/** Of each format that is refused by its reader. */
export const READERS: Partial<Record<StampedName, (home: string) => Reader>> = {
  'ship plan': (home) => ({ place: inShip(home, 'plan.json'), read: () => readPlan(ship(home)) }),
  'training set': (home) => ({
    place: inShip(home, 'training-set.json'),
    read: () => releaseShards(path.join(home, 'research/ships')),
  }),
  'scored fold': (home) => ({
    place: inShip(home, 'folds/a-0-against-none.bin'),
    read: (file) => decodeScoredFold(bytes(file), file),
  }),
  'fold models': (home) => ({
    place: inShip(home, 'folds/a-0-against-none.models.json'),
    read: (file) => decodeFoldModels(bytes(file), file),
  }),
  'scored recipe': (home) => ({
    place: inShip(home, 'recipes/0.json'),
    read: (file) => decodeScoredRecipe(bytes(file).toString('utf8'), file),
  }),
  'gate report': (home) => ({
    place: inShip(home, 'gate-report.json'),
    named: 'gate-report.json',
    read: (file) => judge({ report: bytes(file) }),
  }),
  'model card': (home) => ({
    place: inShip(home, 'model-card.json'),
    named: 'model-card.json',
    read: (file) => judge({ card: bytes(file) }),
  }),
  'trained head': (home) => ({
    place: inShip(home, 'heads/F2_dom/trained.json'),
    read: (file) => loadTrainedHead(path.dirname(file)),
  }),
  'backtest plan': (home) => {
    const folder = new RunFolder(path.join(home, 'research/backtests'), RUN);
    const steps = createBacktestSteps({ config: { ...configSchema.parse({}), home } });
    return {
      place: path.relative(home, folder.file('plan.json')),
      read: (file) => {
        const plan = { plan: referenceTo(file, bytes(file)) };
        const ask = { backtestId: RUN, plan: plan as never, tradeDate: '2025-06-02' };
        // What a step fails with goes to the server; the product's own error is its cause.
        const run = new MockActivityEnvironment(undefined, { logger: new DefaultLogger('ERROR') }).run(
          steps.backtestDay,
          ask,
        );
        return run.catch((error: Error) => Promise.reject(error.cause));
      },
    };
  },
  'import record': (home) => ({
    place: `research/store/catalogue/${SHA}.json`,
    read: () => store(home).catalogue.imports(),
  }),
  snapshot: (home) => ({ place: `research/store/snapshots/${SHA}.json`, read: () => allSnapshots(store(home)) }),
  'named training set': (home) => ({
    place: `research/store/training-sets/${SHA}.json`,
    read: () => namedTrainingSets(store(home)),
  }),
  'day record': (home) => ({
    place: 'research/store/days/capture-ib-ESM5/2025-06-02.json',
    read: () => new DayRecords(store(home).root).all(),
  }),
  'doubtful spans': (home) => ({
    place: 'research/store/doubtful/ESM5/2025-06-02.json',
    read: () => doubtfulSpans(store(home), 'ESM5', '2025-06-02'),
  }),
  'reconcile report': (home) => ({
    place: 'research/store/reconcile/ESZ5/2025-06-02.json',
    read: () => watched(home),
  }),
  'monitor report': (home) => ({
    place: 'research/monitor/ESZ5/2025-06-02.json',
    read: () => new MonitorFolder(path.join(home, 'research/monitor')).read('ESZ5', '2025-06-02'),
  }),
  'mark of a bucket': (home) => ({ place: 'research/store/bucket.json', read: () => refuseCopies(store(home).root) }),
  'batch set aside': (home) => ({
    place: 'receiver/quarantine/one/why.json',
    read: () => new Quarantine(receivePlaces(path.join(home, 'receiver'))).list(),
  }),
  'decisions of quarantine': (home) => ({
    place: 'receiver/quarantine/decisions.jsonl',
    read: () => new Quarantine(receivePlaces(path.join(home, 'receiver'))).released(),
  }),
  'gateway state': () => ({ place: 'gateway/state.json', read: (file) => loadState(file, new Ledger(1, 1)) }),
};

/** The signer judges the dossier of a ship that sailed once, with one of its files in the place of its own. */
function judge(changed: { report?: Buffer; card?: Buffer }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-dossier-'));
  try {
    const ships = path.join(unpackHome('2026-11-30', folder), 'research/ships');
    const of = (name: string) => readFileSync(path.join(ships, readdirSync(ships)[0]!, name));
    const json = (name: string) => JSON.parse(of(name).toString('utf8')) as never;
    const { thresholds, recipes } = storedPlan.parse(json('plan.json'));
    const { shipId } = json('model-card.json') as { shipId: string };
    return judgeDossier({
      ...{ shipId, candidate: json('candidate.json'), liveRelease: null, thresholds, heads: Object.keys(recipes) },
      ...{ report: of('gate-report.json'), card: of('model-card.json'), ...changed },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
