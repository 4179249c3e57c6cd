import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArmedFile } from '../../bridge/swap/armed-file.js';
import type { ArmedSwap } from '../../shared/contract/armed-swap.js';
import { Rig, twoMonths } from './rig.js';
import { ES, type ReleaseChanges } from './toy-release.js';

type Swap = Omit<ArmedSwap, 'notBeforeMarketMs'>;

describe('hot swap', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  const armedFile = () => path.join(rig.broker, 'armed', 'swap.json');
  const untilSettled = (count: number) => rig.until(`${count} swap lines`, () => rig.swaps().length >= count);

  it('puts an armed release in use at the open, between two events, and decides with it', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    const v1 = await rig.toys.accept(1);
    await rig.until('connected', ({ connection }) => connection === 'ready');
    const openMs = rig.clock.nowMs() + 150_000;
    rig.toys.arm(v1, openMs);
    const status = await rig.until('decisions with v1', ({ decisions }) => decisions > 5);
    assert.equal(status.modelVersion, 1);
    assert.equal(status.trading, 'armed');
    const [line, ...more] = rig.swaps();
    assert.equal(more.length, 0);
    assert.equal(line?.outcome, 'swapped');
    assert.equal(line?.goldenRowsChecked, 3);
    assert.ok(!existsSync(armedFile()));
    await rig.stopBridge();
    const lastOfOld = rig.captured().find(({ seq }) => seq === line?.afterEventSeq);
    const firstOfNew = rig.captured().find(({ seq }) => seq === (line?.afterEventSeq ?? 0) + 1);
    assert.ok(Number(lastOfOld?.ts) / 1e6 < openMs, 'the old heads saw what came before the open');
    assert.ok(Number(firstOfNew?.ts) / 1e6 >= openMs, 'the new heads saw the first event of the open');
  });

  it('happens within seconds of the open where no event comes', async () => {
    rig = await Rig.start({ gateway: { speed: 0 } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), rig.clock.nowMs());
    await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
  });

  it('is taken up again by a restarted bridge: the last swapped release is loaded, verified anew', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
    await rig.stopBridge();
    await rig.toys.accept(2); // verified, so the pin is above v1, but not yet swapped
    await rig.startBridge();
    const status = await rig.until('decisions', ({ decisions }) => decisions > 3);
    assert.equal(status.modelVersion, 1);
    assert.equal(status.shipId, 'ship/1');
    assert.equal(rig.swaps().length, 1);
  });

  it('leaves no model in use where the bytes of the last swapped release were changed meanwhile', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    const v1 = await rig.toys.accept(1);
    rig.toys.arm(v1, 0);
    await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
    await rig.stopBridge();
    flipByte(path.join(rig.broker, 'releases', v1.tarball));
    await rig.startBridge();
    const status = await rig.until('connected', ({ connection }) => connection === 'ready');
    assert.equal(status.trading, 'no-model');
    assert.equal(status.modelVersion, null);
  });

  const others: [string, ReleaseChanges][] = [
    ['another product', { product: { ...ES, symbol: 'NQ' } }],
    ['another price step', { product: { ...ES, tickSize: 0.1 } }],
    ['no product that it names', { product: undefined }],
  ];
  for (const [what, changes] of others)
    it(`is refused for a release that was trained for ${what}, and the old heads decide on`, async () => {
      rig = await Rig.start();
      await rig.startBridge();
      rig.toys.arm(await rig.toys.accept(1), 0);
      await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
      rig.toys.arm(await rig.toys.accept(2, changes), 0);
      await untilSettled(2);
      const refused = rig.swaps()[1]!;
      assert.equal(refused.outcome, 'refused');
      assert.match(refused.reason ?? '', /other-product/);
      assert.equal(rig.status()?.modelVersion, 1);
    });

  it('keeps its release over a roll to another month of the product, and loads none for another product', async () => {
    rig = await Rig.start({ gateway: { data: await twoMonths() } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
    await rig.stopBridge();
    await rig.startBridge({ instrument: { localSymbol: 'ESZ9' } });
    await rig.until('v1 again', ({ up, modelVersion }) => up === true && modelVersion === 1);
    await rig.stopBridge();
    await rig.startBridge({ instrument: { localSymbol: 'NQU9', symbol: 'NQ', multiplier: 20 } });
    const { alarms, modelVersion } = await rig.until('refused', ({ modelVersion }) => modelVersion === null);
    assert.equal(modelVersion, null);
    assert.match(alarms?.find(({ alarm }) => alarm === 'ReleaseNotRestored')?.detail ?? '', /other-product/);
  });

  it('stands, and its heads decide on, where its request cannot be removed', async () => {
    rig = await Rig.start();
    const { remove } = ArmedFile.prototype;
    try {
      ArmedFile.prototype.remove = () => {
        throw Object.assign(new Error('somebody holds it open'), { code: 'EPERM' });
      };
      await rig.startBridge();
      rig.toys.arm(await rig.toys.accept(1), 0);
      await rig.until('decisions', ({ decisions, decisionErrors }) => decisions > 10 && decisionErrors === 0);
    } finally {
      ArmedFile.prototype.remove = remove;
    }
    await rig.stopBridge();
    await rig.startBridge();
    await rig.until('v1', ({ modelVersion, decisions }) => modelVersion === 1 && decisions > 5);
    assert.equal(rig.swaps().length, 1);
    assert.deepEqual(readdirSync(path.join(rig.broker, 'armed')), []);
  });

  it('does not happen where the release is withdrawn before the open', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), rig.clock.nowMs() + 150_000);
    await sleep(700);
    rmSync(armedFile());
    await sleep(8500);
    assert.deepEqual(rig.swaps(), []);
    assert.equal(rig.status()?.modelVersion, null);
  });

  const refusals: readonly [string, ReleaseChanges, ((swap: Swap) => Swap) | null, RegExp][] = [
    ['a byte of the tarball was flipped', {}, flipped('tarball'), /ReleaseRefused: .*archive-hash/],
    ['a byte of the envelope was flipped', {}, flipped('envelope'), /ReleaseRefused/],
    ['the release has expired', { lifetimeMs: 1500 }, null, /ReleaseRefused: .*expired/],
    ['another release was asked for', {}, (swap) => ({ ...swap, counter: 9 }), /not-the-expected-release/],
    ['a golden row comes out differently', { wrongGoldenRows: true }, null, /GoldenRowMismatch/],
    ['a head is no graph', { brokenGraph: true }, null, /HeadSetRefused/],
    ['the tarball is missing', {}, (swap) => ({ ...swap, tarball: 'believe-v9.tar.gz' }), /DeliveryMissing/],
  ];
  for (const [why, changes, change, reason] of refusals)
    it(`is refused, and the old heads go on, where ${why}`, async () => {
      rig = await Rig.start();
      await rig.startBridge();
      rig.toys.arm(await rig.toys.accept(1), 0);
      await untilSettled(1);
      const v2 = await rig.toys.accept(2, changes);
      if (changes.lifetimeMs) await sleep(changes.lifetimeMs);
      rig.toys.arm(change ? change(v2) : v2, 0);
      await untilSettled(2);
      const before = rig.status()?.decisions ?? 0;
      const status = await rig.until('decisions go on', ({ decisions }) => decisions > before + 5);
      assert.equal(status.modelVersion, 1);
      const refused = rig.swaps()[1];
      assert.equal(refused?.outcome, 'refused');
      assert.match(refused?.reason ?? '', reason);
      assert.ok(!existsSync(armedFile()));
    });

  it('refuses an older release again, also where it is armed anew', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    const v1 = await rig.toys.accept(1);
    const v2 = await rig.toys.accept(2);
    rig.toys.arm(v2, 0);
    await untilSettled(1);
    rig.toys.arm(v1, 0);
    await untilSettled(2);
    assert.match(rig.swaps()[1]?.reason ?? '', /rollback/);
    rig.toys.arm(v2, 0);
    await rig.until('the request is dropped', () => !existsSync(armedFile()));
    assert.equal(rig.swaps().length, 2, 'a release has one line for each ship');
  });

  it('is not disturbed by an armed file that is no JSON', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await untilSettled(1);
    writeFileSync(armedFile(), '{"v":1');
    await sleep(600);
    await rig.until('v1 still', ({ modelVersion }) => modelVersion === 1);
    rig.toys.arm(await rig.toys.accept(2), 0);
    await rig.until('v2', ({ modelVersion }) => modelVersion === 2);
  });

  function flipped(file: 'tarball' | 'envelope'): (swap: Swap) => Swap {
    return (swap) => {
      flipByte(path.join(rig.broker, 'releases', swap[file]));
      return swap;
    };
  }
});

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(file, bytes);
}
