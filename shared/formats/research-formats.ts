import { ENVELOPE, NOTE, PEM } from './foreign.js';
import { document, type Format, firstLine, lines } from './format.js';

const OF_SHIP = 'the version of the `plan.json` beside it: a ship ends on the code that it began with, or starts anew';

/** What the research tier keeps: store, ships, releases, signer and receiver. */
export const RESEARCH_FORMATS = {
  'release ledger': {
    at: ['research/releases/ledger/*.json'],
    holds: 'which release has which version and counter, and how far it has come',
    version: document('v', { mayBeAbsent: true }),
    readBy: 'research/release/ledger.ts',
  },
  'ship lane': {
    at: ['research/lane/*.json'],
    holds: 'which ship is past the gate',
    version: document('v', { mayBeAbsent: true }),
    readBy: 'research/ship/lane.ts',
  },
  trials: {
    at: ['research/trials.jsonl'],
    holds: 'each candidate that was ever evaluated',
    version: lines('v', { mayBeAbsent: true }),
    readBy: 'research/gate/trials.ts',
  },
  'ship plan': {
    at: ['research/ships/*/plan.json'],
    holds: 'what a ship was started with',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'research/ship/ship-plan.ts',
  },
  'training set': {
    at: ['research/ships/*/training-set.json'],
    holds: 'which objects of the store a ship is trained on',
    version: document('v', { newest: 2, reads: [2], refusedBy: 'reader' }),
    readBy: 'research/samples/training-set.ts',
  },
  'scored fold': {
    at: ['research/ships/*/folds/*.bin'],
    holds: 'how each row of a fold was forecast: a line of JSON, then columns',
    version: firstLine('version', { newest: 3, reads: [3], refusedBy: 'reader' }),
    readBy: 'research/gate/fold-file.ts',
  },
  'fold models': {
    at: ['research/ships/*/folds/*.models.json'],
    holds: 'the models that trade the dates of a fold',
    version: document('version', { refusedBy: 'reader' }),
    readBy: 'research/gate/trade/fold-models.ts',
  },
  'gate report': {
    at: ['research/ships/*/gate-report.json'],
    holds: 'what the gate found, and its verdict',
    version: document('version', { newest: 3, reads: [3], refusedBy: 'reader' }),
    readBy: 'research/signer/judge-dossier.ts',
  },
  'model card': {
    at: ['research/ships/*/model-card.json'],
    holds: 'what a candidate is made of and worth',
    version: document('version', { refusedBy: 'reader' }),
    readBy: 'research/signer/judge-dossier.ts',
  },
  'trained head': {
    at: ['research/ships/*/heads/*/trained.json', 'research/ships/*/heads/*/reference.json'],
    holds: 'what a head was fitted with, and what its features looked like',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'research/training/trained-head-folder.ts',
  },
  'exchanged fold': {
    at: ['research/folds/**'],
    holds:
      'copies of what research hosts hand to each other: samples, offers, scores and models, named by their content',
    version: 'each is of its own format; an offer says `kind` and `version` in its envelope',
    readBy: 'research/folds/fold-exchange.ts',
  },
  samples: {
    at: ['research/ships/*/samples/*.samples'],
    holds: 'labelled rows, by columns',
    version: 'the first line names format and version; others are refused, and the samples built again',
    readBy: 'research/samples/sample-file.ts',
  },
  measurements: {
    at: ['research/ships/*/evidence/*.dsse.json'],
    holds: 'what a step measured, signed',
    version: ENVELOPE,
    readBy: 'research/evidence/measurement.ts',
  },
  'scored recipe': {
    at: ['research/ships/*/recipes/*.json'],
    holds: 'what a recipe of a search was worth',
    version: document('version', { refusedBy: 'reader' }),
    readBy: 'research/search/scored-recipe.ts',
  },
  "a ship's other files": {
    at: ['research/ships/**'],
    holds: 'what its steps hand to each other: candidate, folds, dates, days, reports, pages, booster and graph',
    version: OF_SHIP,
    readBy: 'research/ship/run-folder.ts',
  },
  'backtest plan': {
    at: ['research/backtests/*/plan.json'],
    holds: 'what a backtest was started with',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'activities/research/backtest-steps.ts',
  },
  "a backtest's other files": {
    at: ['research/backtests/**'],
    holds: 'days, summary and page',
    version: 'the version of the `plan.json` beside it: a backtest is begun anew',
    readBy: 'research/backtest/day-file.ts',
  },
  'import record': {
    at: ['research/store/catalogue/*.json'],
    holds: 'which objects of the store came from which file',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'research/store/catalogue.ts',
  },
  object: {
    at: ['research/store/objects/**', 'research/store/drafts/**'],
    holds: 'columns of market data, named by their content',
    version: 'Parquet, a standard of others; the `dataset` of the import record says which columns',
    readBy: 'research/store/read-columns.ts',
  },
  snapshot: {
    at: ['research/store/snapshots/*.json'],
    holds: 'objects that are pinned',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'research/store/snapshot.ts',
  },
  'named training set': {
    at: ['research/store/training-sets/*.json'],
    holds: 'objects that a ship of some host needs',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'research/store/shared/training-sets.ts',
  },
  'day record': {
    at: ['research/store/days/*/*.json', 'research/store/days/*/*/*.json'],
    holds: 'that everything of a captured date is in the store',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'research/ingest/day-record.ts',
  },
  'doubtful spans': {
    at: ['research/store/doubtful/*/*.json'],
    holds: 'which parts of a date two captures do not agree on',
    version: document('version', { refusedBy: 'reader' }),
    readBy: 'research/reconcile/doubtful-spans.ts',
  },
  'reconcile report': {
    at: ['research/store/reconcile/*/*.json'],
    holds: 'two captures of a date side by side',
    version: document('version', { refusedBy: 'reader' }),
    readBy: 'watch/research/look-at-research.ts',
  },
  'mark of a bucket': {
    at: ['research/store/bucket.json'],
    holds: 'that the folder holds copies, and of which bucket',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'research/store/shared/bucket-mark.ts',
  },
  'copies of a bucket': {
    at: ['research/store/copies.json'],
    holds: 'which documents of the bucket are here',
    version: 'a memory: what it does not say is fetched once more',
    readBy: 'research/store/shared/bucket-documents.ts',
  },
  'rows set aside': {
    at: ['research/store/quarantine/**'],
    holds: 'rows that an import could not use, with the reason',
    version: 'for people; the import is done again',
    readBy: 'research/import/quarantine.ts',
  },
  'monitor report': {
    at: ['research/monitor/*/*.json'],
    holds: 'what a captured date was found to be',
    version: document('version', { refusedBy: 'reader' }),
    readBy: 'research/monitor/monitor-folder.ts',
  },
  pages: {
    at: ['research/monitor/**', 'research/store/reconcile/*/*.html'],
    holds: 'pages for people',
    version: 'no program reads them',
    readBy: 'cli/monitor/serve-command.ts',
  },
  'generated market': {
    at: ['research/input/**', 'gateway/synthetic-*/**'],
    holds: 'bars, and that the SYNTHETIC market of a setting is complete',
    version: 'the name of its folder says its settings; without it the same market is made again',
    readBy: 'cli/up/market-input.ts',
  },
  'signer inbox': {
    at: ['signer/inbox/*'],
    holds: 'files of a candidate, named by their content',
    version: 'each file is of its own format; gone after a day',
    readBy: 'research/signer/signer.ts',
  },
  'private keys': {
    at: [
      ...['broker/keys/*.pem', 'receiver/keys/*.pem', 'public/keys/*.pem', 'signer/keys/*.pem', 'operator/keys/*.pem'],
      ...['research/measuring/*.pem', 'research/keys/*.pem', 'offline-root-keys/*.pem'],
    ],
    holds: 'keys that sign, as openssl reads them',
    version: PEM,
    readBy: 'shared/node/trust/key-folder.ts',
  },
  'rsync settings': {
    at: ['research/rsync/**', 'broker/keys/*.password'],
    holds: 'settings and passwords of the rsync daemon',
    version: 'a standard of others: rsyncd.conf; written anew at each start',
    readBy: 'shared/contract/rsyncd-conf.ts',
  },
  'receiver status': {
    at: ['receiver/status.json'],
    holds: 'how the receiver is at this moment',
    version: document('v'),
    readBy: 'cli/path/path-status.ts',
  },
  'receiver alarms': {
    at: ['receiver/alarms.jsonl'],
    holds: 'what the receiver warned of',
    version: lines('v'),
    readBy: 'watch/research/look-at-research.ts',
  },
  'batch set aside': {
    at: ['receiver/quarantine/*/why.json'],
    holds: 'why a batch was not taken',
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'research/receive/quarantine.ts',
  },
  'decisions of quarantine': {
    at: ['receiver/quarantine/decisions.jsonl'],
    holds: 'what operators decided about batches that were set aside',
    version: lines('v', { refusedBy: 'reader' }),
    readBy: 'research/receive/quarantine.ts',
  },
  'files set aside': {
    at: ['receiver/quarantine/*/*'],
    holds: 'files of a batch as they came',
    version: 'whatever somebody sent',
    readBy: 'research/receive/quarantine.ts',
  },
  'log of a stream': {
    at: ['receiver/logs/**'],
    holds: 'a Merkle log of the batches of a stream',
    version: NOTE,
    readBy: 'research/receive/tile-log.ts',
  },
} as const satisfies Readonly<Record<string, Format>>;
