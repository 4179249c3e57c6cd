import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import { ArmedFile } from '../../bridge/swap/armed-file.js';
import { loadGuarded } from '../../bridge/swap/guarded-load.js';
import { HotSwap } from '../../bridge/swap/hot-swap.js';
import { LiveReleases } from '../../bridge/swap/live-release.js';
import { LoadingMark } from '../../bridge/swap/loading-mark.js';
import type { LoadedRelease } from '../../bridge/swap/prepare-release.js';
import { restoreRelease } from '../../bridge/swap/restore-release.js';
import { SwapsLog } from '../../bridge/swap/swaps-log.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { killBefore } from '../release/cut-off.js';
import { ES } from './toy-release.js';

// A bridge's start and swap, as far as files go: restore what was swapped, then swap what is armed. Arguments: broker
// folder, and the file operation before which this process kills itself (0: none). Fails if no release is in use at the end.
const [brokerFolder, n] = process.argv.slice(2) as [string, string];
killBefore(Number(n));

let inUse: LoadedRelease | null = null;
let armedSeen = Promise.resolve();
const swapsLog = SwapsLog.open(path.join(brokerFolder, 'swaps.jsonl'));
const live = new LiveReleases(brokerFolder);
// Another process would not be killed with this one.
const guard = { examine: async () => {}, mark: new LoadingMark(path.join(brokerFolder, 'armed')) };
await restoreRelease({
  ...{ brokerFolder, product: ES, live, log: swapsLog, onNews: () => {} },
  load: (ask) => loadGuarded(guard, ask),
  activate: (release) => {
    inUse = release;
  },
});
const swap = new HotSwap({
  armed: new ArmedFile(path.join(brokerFolder, 'armed')),
  log: swapsLog,
  live,
  openNowOrNextMs: (marketMs) => marketMs,
  clock: createMarketClock({ kind: 'real' }),
  load: ({ tarball, envelope, payloadSha256 }) => {
    const loaded = loadGuarded(guard, { brokerFolder, tarball, envelope, product: ES, expected: { payloadSha256 } });
    armedSeen = loaded.then(() => undefined);
    return loaded;
  },
  activate: (release) => {
    inUse = release;
  },
  currentModelVersion: () => inUse?.modelVersion ?? null,
  lastEventSeq: () => 0,
  onNews: () => {},
});
swap.start();
await armedSeen;
await new Promise((resolve) => setImmediate(resolve));
swap.beforeEvent(Date.now());
swap.stop();
assert.ok(inUse !== null, 'a release is in use');
process.stdout.end();
await once(process.stdout, 'close').catch(() => undefined);
process.exit(0);
