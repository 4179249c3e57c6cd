import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { observationOf, observeRelease } from '../../activities/broker/observe-release.js';
import type { BridgeStatus } from '../../shared/contract/bridge-status.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';

const RELEASE = {
  shipId: 'ship/a',
  modelVersion: 2,
  counter: 2,
  payloadSha256: 'a'.repeat(64),
  tarball: 'believe-v2.tar.gz',
  envelope: 'believe-v2.dsse.json',
};
const quiet = { progress: () => {}, signal: new AbortController().signal };

function status(part: Partial<BridgeStatus> = {}): BridgeStatus {
  return {
    v: 1,
    pid: 10,
    startedAt: new Date().toISOString(),
    wallTime: new Date().toISOString(),
    marketTime: new Date().toISOString(),
    connection: 'ready',
    trading: 'armed',
    haltReason: null,
    modelVersion: 2,
    counter: 2,
    shipId: 'ship/a',
    eventsSeen: 100,
    lastEventSeq: 100,
    lastEventMarketTime: null,
    decisions: 5,
    decisionErrors: 0,
    ordersSent: 0,
    fills: 0,
    positionContracts: 0,
    decisionLatencyMsP50: 1,
    decisionLatencyMsP99: 2,
    ...part,
  };
}

describe('observing a release', () => {
  it('finds nothing against heads that decide', () => {
    const { healthy, decisions } = observationOf(RELEASE, status(), status({ decisions: 9, eventsSeen: 5000 }));
    assert.deepEqual([healthy, decisions], [true, 4]);
  });

  for (const [what, part, pattern] of [
    ['another release runs', { counter: 1, modelVersion: 1 }, /runs v1 instead of v2/],
    ['decisions end in errors', { decisionErrors: 3 }, /3 decisions ended in an error/],
    ['trading is halted', { trading: 'halted', haltReason: 'daily loss' }, /halted: daily loss/],
    ['events bring no decision', { eventsSeen: 2101 }, /2001 market events and not one decision/],
  ] as const) {
    it(`says so when ${what}`, () => {
      const { healthy, faults } = observationOf(RELEASE, status(), status(part));
      assert.equal(healthy, false);
      assert.match(faults.join(), pattern);
    });
  }

  it('does not blame the heads for a bridge that restarts, and watches the new process', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'believe-observe-'));
    const say = (part: Partial<BridgeStatus>) =>
      replaceFile(path.join(folder, 'status.json'), JSON.stringify(status(part)));
    const clock = createMarketClock({ kind: 'real' });
    say({
      connection: 'down',
      trading: 'halted',
      haltReason: 'the gateway is gone',
      halts: { connection: 'the gateway is gone' },
    });
    const observing = observeRelease(folder, clock, { ...RELEASE, marketSeconds: 1 }, quiet);
    const script = [
      { trading: 'halted', haltReason: 'being reconciled', halts: { connection: 'being reconciled' } } as const,
      {},
      { pid: 11, decisions: 0 },
    ];
    for (const part of script) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      say(part);
    }
    const keepTalking = setInterval(() => say({ pid: 11, decisions: 3 }), 200);
    const { healthy, decisions } = await observing;
    clearInterval(keepTalking);
    rmSync(folder, { recursive: true });
    assert.equal(healthy, true);
    assert.ok(decisions <= 3);
  });
});
