import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
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
