import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { awaitSwap, disarmSwap, lastSwap, tradingSwap } from '../../activities/broker/swap-handover.js';
import { haltTrading } from '../../activities/broker/trading-control.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import { Rig } from '../bridge/rig.js';

describe('attack: swaps.jsonl is written by somebody who cannot write the pin', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  const log = () => path.join(rig.broker, 'swaps.jsonl');

  async function swapped(...versions: number[]): Promise<void> {
    for (const version of versions) {
      rig.toys.arm(await rig.toys.accept(version), 0);
      await rig.until(`v${version}`, ({ modelVersion }) => modelVersion === version);
    }
  }

  async function modelAfterRestart(): Promise<number | null> {
    rmSync(path.join(rig.broker, 'status.json'));
    await rig.startBridge();
    return (await rig.until('ready', ({ connection }) => connection === 'ready')).modelVersion;
  }

  it('cannot bring an older release back by its genuine line', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    await swapped(1, 2);
    await rig.stopBridge();
    const [first] = readFileSync(log(), 'utf8').split('\n');
    appendFileSync(log(), `${first}\n`);
    assert.equal(await modelAfterRestart(), 2);
  });

  it('cannot bring it back by the file as it once was, and the missing line is written again', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    await swapped(1);
    copyFileSync(log(), `${log()}.old`);
    await swapped(2);
    await rig.stopBridge();
    copyFileSync(`${log()}.old`, log());
    assert.equal(await modelAfterRestart(), 2);
    assert.deepEqual(
      rig.swaps().map(({ modelVersion }) => modelVersion),
      [1, 2],
    );
  });

  it('cannot put a release in use that waits for its open', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    await swapped(1);
    await rig.stopBridge();
    const { counter, modelVersion, payloadSha256, shipId } = await rig.toys.accept(2, { atOpen: true });
    const line = { ...rig.swaps()[0], counter, modelVersion, payloadSha256, shipId };
    appendFileSync(log(), `${JSON.stringify(line)}\n`);
    assert.equal(await modelAfterRestart(), 1);
  });

  it('cannot put one in use either where none was before', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    await rig.until('ready', ({ connection }) => connection === 'ready');
    await rig.stopBridge();
    const { counter, modelVersion, payloadSha256, shipId } = await rig.toys.accept(1, { atOpen: true });
    const now = new Date().toISOString();
    const line = {
      ...{ v: 1, shipId, outcome: 'swapped', marketTime: now, wallTime: now, modelVersion, counter, payloadSha256 },
      ...{ priorModelVersion: null, heads: [], goldenRowsChecked: 3, afterEventSeq: 0 },
    };
    writeFileSync(log(), `${JSON.stringify(line)}\n`);
    assert.equal(await modelAfterRestart(), null);
  });

  it('cannot make the broker’s worker take another release for the one that trades, or for swapped to', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    await swapped(1, 2);
    await rig.stopBridge();
    const [first, second] = rig.swaps();
    const v3 = { ...(await rig.toys.accept(3, { atOpen: true })), notBeforeMarketMs: 0 };
    appendFileSync(log(), `${JSON.stringify(first)}\n`);
    appendFileSync(log(), `${JSON.stringify({ ...second, ...v3 })}\n`);
    assert.equal(lastSwap(rig.broker)?.modelVersion, 2);
    assert.throws(() => tradingSwap(rig.broker, v3.payloadSha256), { type: 'NotTrading' });
    for (const { shipId } of [first!, v3])
      assert.throws(() => haltTrading(rig.broker, shipId, 'I say so'), { type: 'NotTrading' });
    const idle = { progress: () => {}, signal: new AbortController().signal } as unknown as StepContext;
    await assert.rejects(awaitSwap(rig.broker, v3, idle), { type: 'SwapNotKept' });
    assert.equal((await awaitSwap(rig.broker, { ...v3, ...second! }, idle)).modelVersion, 2);
    assert.equal(await disarmSwap(rig.broker, v3.shipId), null);
    assert.equal((await disarmSwap(rig.broker, second!.shipId))?.modelVersion, 2);
  });

  it('nor can a live release above the pin, or another payload under its counter', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    await swapped(1);
    await rig.stopBridge();
    const live = path.join(rig.broker, 'trust', 'live');
    const kept = JSON.parse(readFileSync(path.join(live, 'e1-c1.json'), 'utf8')) as { swap: object };
    for (const [counter, payloadSha256] of [
      [2, '2'.repeat(64)],
      [1, '1'.repeat(64)],
    ] as const) {
      const file = path.join(live, `e1-c${counter}.json`);
      writeFileSync(file, JSON.stringify({ ...kept, swap: { ...kept.swap, counter, payloadSha256 } }));
      assert.throws(() => lastSwap(rig.broker), { type: 'LiveReleaseLost' });
      rmSync(file);
    }
  });

  it('is believed once, by its highest counter, in a home from before live releases were kept', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    await swapped(1, 2);
    await rig.stopBridge();
    rmSync(path.join(rig.broker, 'trust', 'live'), { recursive: true });
    assert.equal(await modelAfterRestart(), 2);
    await rig.stopBridge();
    const [first] = readFileSync(log(), 'utf8').split('\n');
    writeFileSync(log(), `${first}\n`);
    assert.equal(await modelAfterRestart(), 2);
  });
});
