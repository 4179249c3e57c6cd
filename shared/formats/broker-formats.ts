import { ENVELOPE, NOTE, PEM } from './foreign.js';
import { document, type Format, firstLine, lines } from './format.js';

/** What the broker tier keeps: bridge, broker worker, sealer and followers. */
export const BROKER_FORMATS = {
  'broker pin': {
    at: ['broker/pin.json', 'broker/trust/verified/*.json'],
    holds: 'the newest release that was verified; never goes down',
    version: document('v'),
    readBy: 'shared/node/trust/pin-store.ts',
  },
  'live release': {
    at: ['broker/trust/live/*.json'],
    holds: 'which release the bridge has switched to',
    version: document('v'),
    readBy: 'shared/node/contract/live-releases.ts',
  },
  'accepted acts': {
    at: ['broker/trust/acts.jsonl'],
    holds: 'limits and what operators signed, in order',
    version: lines('v'),
    readBy: 'shared/node/contract/acts-file.ts',
  },
  'revoked release': {
    at: ['broker/trust/revoked/*'],
    holds: 'that a release was given up: the name of the file says which',
    version: 'the name alone counts; the list that it comes from is signed, with `kind` and `version`',
    readBy: 'shared/node/trust/revocation-store.ts',
  },
  'restored note': {
    at: ['broker/restored.json', 'research/releases/restored.json'],
    holds: 'that a tier was restored, and from where it goes on',
    version: document('v'),
    readBy: 'shared/node/trust/restored-note.ts',
  },
  'armed swap': {
    at: ['broker/armed/swap.json', 'broker/armed/swap.taken.json'],
    holds: 'the release that the bridge is to take next',
    version: document('v'),
    readBy: 'bridge/swap/armed-file.ts',
  },
  'loading mark': {
    at: ['broker/armed/loading.json'],
    holds: 'that a bridge is loading a release into its own process',
    version: document('v'),
    readBy: 'bridge/swap/loading-mark.ts',
  },
  'swap records': {
    at: ['broker/swaps.jsonl'],
    holds: 'each change of the release that trades',
    version: lines('v'),
    readBy: 'bridge/swap/swaps-log.ts',
  },
  'roll records': {
    at: ['broker/roll.jsonl'],
    holds: 'each change of the contract that is traded',
    version: lines('v'),
    readBy: 'bridge/roll/roll-log.ts',
  },
  'bridge status': {
    at: ['broker/status.json'],
    holds: 'how the bridge is at this moment',
    version: document('v'),
    readBy: 'cli/bridge/leave-request.ts',
  },
  'kept statuses': {
    at: ['broker/seal/status/*.jsonl'],
    holds: 'one status a minute, to be sealed',
    version: lines('v'),
    readBy: 'broker/seal/status-samples.ts',
  },
  'observed release': {
    at: ['broker/observed.json'],
    holds: 'what the broker worker saw last when it watched a release',
    version: document('v'),
    readBy: 'activities/broker/trading-control.ts',
  },
  'bridge alarms': {
    at: ['broker/alarms.jsonl'],
    holds: 'what the bridge warned of',
    version: lines('v'),
    readBy: 'watch/broker/look-at-broker.ts',
  },
  'trading control': {
    at: ['broker/control/halt.json', 'broker/control/flatten.json'],
    holds: 'the kill switch, and the wish to be flat. One that cannot be read halts',
    version: document('v'),
    readBy: 'bridge/control/control-files.ts',
  },
  "operators' requests": {
    at: ['broker/control/resume.json', 'broker/control/limits.json', 'broker/control/roll.json'],
    holds: 'what operators signed for the bridge, until it is answered',
    version: ENVELOPE,
    readBy: 'shared/trust/operator-act.ts',
  },
  'frozen note': {
    at: ['broker/frozen.json'],
    holds: 'that the bridge before hung',
    version: 'that it is there says it',
    readBy: 'bridge/frozen-note.ts',
  },
  'order journal': {
    at: ['broker/journal/*/orders-*.jsonl'],
    holds: 'each order of a trade date, from its intent to its last fill',
    version: lines('v', { newest: 2, reads: [1, 2] }),
    readBy: 'bridge/orders/open-journal.ts',
  },
  'journal reserve': {
    at: ['broker/journal/*/reserve'],
    holds: 'room on the disk for the last lines',
    version: 'nobody reads it',
    readBy: 'bridge/disk/disk-reserve.ts',
  },
  'decision log': {
    at: ['broker/journal/decisions-*.jsonl'],
    holds: 'each decision of a trade date, with what it was made from',
    version: lines('v'),
    readBy: 'shared/contract/decision-log.ts',
  },
  segment: {
    at: [
      ...[
        'broker/capture/*.jsonl',
        'broker/capture/*.jsonl.open',
        'broker/sierra/*.jsonl',
        'broker/sierra/*.jsonl.open',
      ],
      ...['research/input/**/*.jsonl', 'gateway/synthetic-*/*.jsonl', 'gateway/tape-*.jsonl'],
    ],
    holds: 'market events: trades, levels, resets and gaps; the first line is the header',
    version: firstLine('v', { mayBeAbsent: true }),
    readBy: 'shared/market/events/depth-header.ts',
  },
  'capture position': {
    at: ['broker/capture/position-*.json'],
    holds: 'the number of the newest event, which is never given again',
    version: document('v', { mayBeAbsent: true }),
    readBy: 'bridge/capture/segment.ts',
  },
  'follow state': {
    at: ['broker/sierra/follow-*.json'],
    holds: "how far Sierra Chart's files were followed",
    version: document('v'),
    readBy: 'broker/follow/symbol-follower.ts',
  },
  'follower status': {
    at: ['broker/sierra/status-*.json'],
    holds: 'how a follower is at this moment',
    version: document('v'),
    readBy: 'shared/node/contract/follow-status-file.ts',
  },
  'stream head': {
    at: ['broker/seal/heads/*.json', 'receiver/heads/*.json'],
    holds: 'the last batch of a stream, and what the next one follows',
    version: document('v'),
    readBy: 'shared/node/contract/stream-head-file.ts',
  },
  'acknowledged head': {
    at: ['broker/seal/acknowledged/*.json'],
    holds: 'up to where research has said that it has a stream',
    version: document('v'),
    readBy: 'broker/prune/acknowledge.ts',
  },
  batch: {
    at: ['broker/outbox/*', 'broker/seal/work/*', 'receiver/batches/**', 'receiver/landing/**', 'receiver/work/**'],
    holds: 'lines that travel: packed data, and the signed statement of which batch they are',
    version: "the type of the envelope's signed statement; the lines in it are of their own formats",
    readBy: 'shared/contract/batch.ts',
  },
  receipt: {
    at: ['broker/seal/receipts/*.note', 'receiver/receipts/*.note'],
    holds: 'a signed checkpoint: that research has so many batches of a stream',
    version: NOTE,
    readBy: 'shared/trust/tlog/checkpoint.ts',
  },
  'sent files': {
    at: ['broker/seal/sent.json'],
    holds: 'when each file of the outbox was sent',
    version: 'a memory: what it does not say is sent once more',
    readBy: 'broker/push/push-outbox.ts',
  },
  'root of trust': {
    at: ['broker/trust/root*.json', 'research/trust/root*.json', 'research/published/root*.json'],
    holds: 'who may sign what',
    version: ENVELOPE,
    readBy: 'shared/trust/root.ts',
  },
  release: {
    at: [
      ...['broker/incoming/**', 'broker/releases/**', 'research/published/**'],
      ...['research/releases/*.tar.gz', 'research/releases/*.dsse.json', 'research/releases/*.statement.json'],
    ],
    holds: 'heads, ensemble, cards and reports in one archive, and the signed statement about it',
    version:
      "the type of the envelope's signed statement, which names the hash of every byte; `ensemble.json` (`v` 1 and 2), `golden.json`, `recipes.json` and `reference.json` in it say their own",
    readBy: 'shared/trust/verify-release.ts',
  },
  'public keys': {
    at: [
      'broker/trust/*.pub.pem',
      'research/trust/*.pub.pem',
      'signer/measurers/*.pub.pem',
      'research/fold-peers/*.pub.pem',
    ],
    holds: 'keys that the root of trust names, and measuring keys, as openssl reads them',
    version: PEM,
    readBy: 'shared/trust/ed25519-key.ts',
  },
} as const satisfies Readonly<Record<string, Format>>;
