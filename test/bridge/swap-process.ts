import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import { ArmedFile } from '../../bridge/swap/armed-file.js';
import { HotSwap } from '../../bridge/swap/hot-swap.js';
import { type LoadedRelease, prepareRelease } from '../../bridge/swap/prepare-release.js';
import { SwapsLog } from '../../bridge/swap/swaps-log.js';
import { createMarketClock } from '../../shared/clock/market-clock.js';
import { killBefore } from '../release/cut-off.js';
import { ES } from './toy-release.js';

// A bridge's start and swap, as far as files go: restore what was swapped, then swap what is armed. Arguments: broker
// folder, and the file operation before which this process kills itself (0: none). Fails if no release is in use at the end.
const [brokerFolder, n] = process.argv.slice(2) as [string, string];
killBefore(Number(n));

let inUse: LoadedRelease | null = null;
let armedSeen = Promise.resolve();
const swapsLog = SwapsLog.open(path.join(brokerFolder, 'swaps.jsonl'));
const last = swapsLog.lastSwapped;
const nameOf = (version: number) => ({
  tarball: `believe-v${version}.tar.gz`,
  envelope: `believe-v${version}.dsse.json`,
});
if (last) {
  const { modelVersion, payloadSha256 } = last;
  const expected = { payloadSha256, alreadyLive: true };
  inUse = await prepareRelease({ brokerFolder, ...nameOf(modelVersion), product: ES, expected });
}
const swap = new HotSwap({
  armed: new ArmedFile(path.join(brokerFolder, 'armed')),
  log: swapsLog,
  clock: createMarketClock({ kind: 'real' }),
  load: ({ tarball, envelope, payloadSha256 }) => {
    const loaded = prepareRelease({ brokerFolder, tarball, envelope, product: ES, expected: { payloadSha256 } });
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
