import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ArmedFile } from '../../bridge/swap/armed-file.js';
import { HotSwap } from '../../bridge/swap/hot-swap.js';
import type { LoadedRelease } from '../../bridge/swap/prepare-release.js';
import { SwapsLog } from '../../bridge/swap/swaps-log.js';
import { swapRecord } from '../../shared/contract/swap-record.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { jsonLines } from './rig.js';

const OPEN_MS = Date.parse('2019-08-29T13:30:00Z');

describe('the time of a swap', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-swap-time-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is that of the event that carries it, also where the clock is a moment behind the events', async () => {
    const armedFolder = path.join(folder, 'armed');
    const file = path.join(folder, 'swaps.jsonl');
    mkdirSync(armedFolder);
    const log = SwapsLog.open(file);
    const used: number[] = [];
    const swap = new HotSwap({
      ...{ armed: new ArmedFile(armedFolder), log, live: { keep: () => {}, withdraw: () => {} } },
      clock: { nowMs: () => OPEN_MS - 160 } as MarketClock,
      openNowOrNextMs: () => OPEN_MS,
      load: async () => ({ modelVersion: 1, epoch: 1, heads: [], goldenRowsChecked: 0, verifyAgain() {} }) as never,
      activate: ({ modelVersion }: LoadedRelease) => used.push(modelVersion),
      ...{ currentModelVersion: () => null, lastEventSeq: () => 7, onNews: () => {} },
    });
    const armed = { v: 1, shipId: 'ship/1', modelVersion: 1, counter: 1, payloadSha256: 'a'.repeat(64) };
    const files = { tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json', notBeforeMarketMs: 0 };
    writeFileSync(path.join(armedFolder, 'swap.json'), JSON.stringify({ ...armed, ...files }));
    swap.start();
    await new Promise((resolve) => setImmediate(resolve));
    swap.beforeEvent(OPEN_MS - 1);
    assert.deepEqual(used, [], 'not before the open');
    swap.beforeEvent(OPEN_MS);
    swap.stop();
    log.close();
    assert.deepEqual(used, [1]);
    const [record] = jsonLines(file).map((line) => swapRecord.parse(line));
    assert.equal(record?.marketTime, new Date(OPEN_MS).toISOString());
  });
});
