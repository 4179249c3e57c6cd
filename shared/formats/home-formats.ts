import { NOTE, PEM } from './foreign.js';
import { document, type Format, lines } from './format.js';

/** What is of no tier alone, of the watchers, the publisher and the simulator; and what lies outside a home. */
export const HOME_FORMATS = {
  settings: {
    at: ['config.json'],
    holds: 'the settings that a stack was started with',
    version: document('v', { mayBeAbsent: true }),
    readBy: 'shared/node/config/home-config.ts',
  },
  'market clock': {
    at: ['market-clock.json'],
    holds: 'the clock that all processes of a home share',
    version: document('v', { mayBeAbsent: true }),
    readBy: 'shared/node/clock-spec-file.ts',
  },
  'payload keys': {
    at: ['payload-keys.json'],
    holds: 'keys of what the Temporal server cannot read',
    version: document('v'),
    readBy: 'temporal/payload-keys.ts',
  },
  certificates: {
    at: ['certs/**', 'offline-authority/**'],
    holds: 'certificates for a Temporal server of your own, and of the authority that signs them',
    version: PEM,
    readBy: 'deploy/certificates/held-certificates.ts',
  },
  'alarm channels': {
    at: ['watch/channels.json'],
    holds: 'where alarms are told; written by people',
    version: document('v'),
    readBy: 'watch/channels/read-channels.ts',
  },
  deliveries: {
    at: ['watch/deliveries.jsonl'],
    holds: 'each message on its way, and how it ended',
    version: lines('v'),
    readBy: 'watch/deliver.ts',
  },
  silences: {
    at: ['watch/silences.json'],
    holds: 'which alarms are not told, and until when',
    version: document('v'),
    readBy: 'watch/silences.ts',
  },
  'watcher state': {
    at: ['watch/*/state.json'],
    holds: 'alarms that are open',
    version: document('v'),
    readBy: 'watch/watcher.ts',
  },
  'watcher status': {
    at: ['watch/*/status.json'],
    holds: 'what a watcher sees now',
    version: document('v'),
    readBy: 'shared/alarm/alarm-log.ts',
  },
  'plain secrets': {
    at: ['watch/link.key', 'public/keys/salt.key'],
    holds: 'random bytes: what signs links that acknowledge, what salts the commitments of fills',
    version: 'bytes without a form',
    readBy: 'research/public/fill-salt.ts',
  },
  'public log': {
    at: ['public/log/**'],
    holds: 'a Merkle log; each entry says its `v`',
    version: NOTE,
    readBy: 'research/public/public-log.ts',
  },
  posted: {
    at: ['public/posted.json'],
    holds: 'what of the log the page has',
    version: document('v'),
    readBy: 'research/public/publisher.ts',
  },
  'clicks of a month': {
    at: ['public/clicks/*.counts.json'],
    holds: "a month's clicks on the page",
    version: document('v'),
    readBy: 'research/public/month-report.ts',
  },
  'review of clicks': {
    at: ['public/clicks/*.json', 'public/clicks/*.html'],
    holds: 'the months compared, for people and other programs',
    version: 'written from the counts; no program of ours reads it',
    readBy: 'research/public/month-report.ts',
  },
  'local page': {
    at: ['public/page/**'],
    holds: 'key-value store and objects of the page on this machine',
    version: "workerd's; what is posted into it is signed and says its `v`",
    readBy: 'deploy/local-page.ts',
  },
  'Temporal database': {
    at: ['temporal/**'],
    holds: 'runs and their histories',
    version: "the Temporal server's own schema; histories are replayed by every build (test/workflows)",
    readBy: 'temporal/server.ts',
  },
  'gateway state': {
    at: ['gateway/state.json'],
    holds: "the simulator's orders and positions",
    version: document('v', { refusedBy: 'reader' }),
    readBy: 'simulator/state-file.ts',
  },
  "the simulator's Sierra Chart": {
    at: ['gateway/sierra/**'],
    holds: 'SYNTHETIC files as Sierra Chart writes them, and what was left out of them',
    version: "Sierra Chart's: their headers say it",
    readBy: 'shared/market/sierra/sierra-file.ts',
  },
  logs: {
    at: ['logs/*.log', 'logs/*.log.1'],
    holds: 'what the processes said',
    version: 'no program reads them',
    readBy: 'stack/limit-log.ts',
  },
  'process ids': {
    at: ['run/*.pid', 'broker/bridge.pid'],
    holds: 'the number of a process that runs',
    version: 'a number; of one run',
    readBy: 'stack/pid-file.ts',
  },
  'of one moment': {
    at: ['**.lock', '**.tmp', '**.sock', '**/rsyncd.log'],
    holds: 'locks, sockets, and files that are being written',
    version: 'nothing in them is read',
    readBy: 'shared/node/disk/file-lock.ts',
  },
  'copies of migrated files': {
    at: ['migrated/**'],
    holds: 'files as they were before `believe migrate` wrote them anew',
    version: 'each is of its own format',
    readBy: 'cli/migrate/migrate-home.ts',
  },
  backup: {
    at: [],
    holds: 'an encrypted archive of a home; its first entry is the manifest',
    version: '`kind` and `v` of the manifest; files in it are of their own formats',
    readBy: 'backup/manifest.ts',
  },
  "a witness's memory": {
    at: [],
    holds: 'the newest checkpoint that a witness has cosigned, or that somebody has seen of a page',
    version: '`v`, in `seen.json` of the folder that was named',
    readBy: 'research/public/witness.ts',
  },
  'written by people': {
    at: [],
    holds: '`believe.config.json`, `deploy.json` and files of options',
    version:
      'a field that this build does not know is refused by name; settings that are no more are named with what holds instead',
    readBy: 'shared/node/config/load-config.ts',
  },
} as const satisfies Readonly<Record<string, Format>>;
