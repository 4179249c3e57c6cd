import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { examineRelease } from '../../bridge/swap/examine-release.js';
import { LoadingMark } from '../../bridge/swap/loading-mark.js';
import { Rig } from '../bridge/rig.js';
import { ES, ToyBroker } from '../bridge/toy-release.js';
import { loopingGraph } from './looping-graph.js';

const ONNX_HEAD = new URL('../../shared/model/heads/onnx-head.js', import.meta.url).href;
const WATCHDOG = new URL('../../bridge/event-loop-watchdog.js', import.meta.url).href;
const module = (script: string) => ['--no-warnings', '--input-type=module', '-e', script];

describe('attack: a signed release whose graph never ends', () => {
  let rig: Rig | undefined;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-endless-'));
  });
  afterEach(async () => {
    await rig?.end();
    rig = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it('is really one: the runtime does not come back from it', () => {
    const file = path.join(folder, 'endless.onnx');
    writeFileSync(file, loopingGraph());
    const script = `import { readFileSync } from 'node:fs'; import { OnnxHead } from ${JSON.stringify(ONNX_HEAD)};
      console.log('begun'); await OnnxHead.load(readFileSync(${JSON.stringify(file)}), 2, 3); console.log('came back');`;
    const { stdout, stderr, signal } = spawnSync(process.execPath, module(script), {
      ...{ timeout: 10_000, killSignal: 'SIGKILL' as const, encoding: 'utf8' as const },
    });
    assert.deepEqual({ stdout, signal }, { stdout: 'begun\n', signal: 'SIGKILL' }, stderr);
  });

  it('is refused by its operator, and the old heads decide on, also after a restart', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('v1', ({ modelVersion }) => modelVersion === 1);
    rig.toys.arm(await rig.toys.accept(2, { graph: loopingGraph() }), 0);
    await rig.until('refused', () => rig!.swaps().length === 2);
    assert.match(rig.swaps()[1]?.reason ?? '', /HeadSetRefused: .*F2_dom\.onnx/);
    await rig.stopBridge();
    await rig.startBridge();
    await rig.until('decisions', ({ decisions, modelVersion }) => decisions > 3 && modelVersion === 1);
  });

  it('is ended where only time shows it, and nothing of it is left', async () => {
    const toys = new ToyBroker(folder);
    const { tarball, envelope, payloadSha256 } = await toys.accept(1);
    const ask = { brokerFolder: folder, product: ES, tarball, envelope, expected: { payloadSha256 } };
    await assert.rejects(examineRelease(ask, 20), { type: 'ReleaseHangs' });
    await examineRelease(ask, 60_000);
  });

  it('is ended by the watchdog, which says so, where it stops an event loop', async () => {
    const spinning = `import { EventLoopWatchdog } from ${JSON.stringify(WATCHDOG)};
      EventLoopWatchdog.start({ frozenMs: 1000, noteFile: ${JSON.stringify(path.join(folder, 'frozen.json'))} });
      setTimeout(() => { for (;;); }, 300);`;
    const child = spawn(process.execPath, module(spinning), { stdio: 'ignore' });
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
    assert.equal(JSON.parse(readFileSync(path.join(folder, 'frozen.json'), 'utf8')).v, 1);
  });

  it('leaves a process alone whose event loop comes round', async () => {
    const busy = `import { EventLoopWatchdog } from ${JSON.stringify(WATCHDOG)};
      EventLoopWatchdog.start({ frozenMs: 1000, noteFile: null }); setTimeout(() => process.exit(7), 3000);`;
    const child = spawn(process.execPath, module(busy), { stdio: 'ignore' });
    assert.deepEqual(await once(child, 'exit'), [7, null]);
  });

  it('is not taken again where it hung a bridge all the same, nor restored', async () => {
    rig = await Rig.start();
    const v1 = await rig.toys.accept(1);
    const mark = new LoadingMark(path.join(rig.broker, 'armed'));
    mark.begin(v1.payloadSha256);
    writeFileSync(path.join(rig.broker, 'frozen.json'), '{"v":1}\n');
    rig.toys.arm(v1, 0);
    await rig.startBridge();
    await rig.until('refused', () => existsSync(path.join(rig!.broker, 'swaps.jsonl')) && rig!.swaps().length === 1);
    assert.match(rig.swaps()[0]?.reason ?? '', /ReleaseKilledBridge/);
    assert.ok(rig.alarmsTold().includes('BridgeHung'));
    assert.ok(!existsSync(path.join(rig.broker, 'frozen.json')));
  });

  it('is taken once more where its bridge was ended once, as by a power cut', () => {
    const mark = new LoadingMark(folder);
    const [payload, other] = ['a'.repeat(64), 'b'.repeat(64)];
    mark.begin(payload);
    mark.refuseKiller(payload);
    mark.begin(payload);
    assert.throws(() => mark.refuseKiller(payload), { type: 'ReleaseKilledBridge' });
    mark.refuseKiller(other);
    mark.begin(other);
    mark.end();
    mark.refuseKiller(payload);
  });
});
