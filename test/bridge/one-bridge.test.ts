import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startBridge } from '../../bridge/bridge.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';
import { filesOf } from './files-of.js';
import { endOf } from './refused-start.js';
import { Rig } from './rig.js';

describe('two bridges on one home', () => {
  let rig: Rig;
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
    await rig.end();
  });
  const spawn = () => {
    const child = rig.spawnBridge({ stdio: ['pipe', 'ignore', 'pipe'] });
    children.push(child);
    return child;
  };

  it('are one: the second start ends at once, names the first, and touches no file', async () => {
    rig = await Rig.start();
    const first = spawn();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 3);
    // Whatever changes while the first one stands still is the second one's work.
    first.kill('SIGSTOP');
    const before = filesOf(rig.broker);
    const { code, said } = await endOf(spawn());
    const after = filesOf(rig.broker);
    first.kill('SIGCONT');
    assert.equal(code, 1);
    assert.match(said, new RegExp(`another bridge runs on .*broker \\(process ${first.pid}\\)`));
    assert.match(said, /-> leave it running, or stop it first.*docs\/bridge\.md/);
    assert.deepEqual([...after.keys()], [...before.keys()]);
    for (const [file, bytes] of before) assert.ok(after.get(file) === bytes, `${file} is as it was`);
    const { fills } = rig.status()!;
    await rig.until('the first one trades on', (status) => status.fills > fills);
  });

  it('may follow each other at once, however the first one ended', async () => {
    rig = await Rig.start();
    const first = spawn();
    await rig.until('ready', ({ connection }) => connection === 'ready');
    first.kill('SIGKILL');
    await once(first, 'exit');
    const killedAt = new Date().toISOString();
    const second = spawn();
    await rig.until('ready again', ({ connection, wallTime }) => connection === 'ready' && wallTime > killedAt);
    second.kill('SIGTERM');
    assert.equal((await endOf(second)).code, 0);
    await rig.startBridge();
    await rig.until('ready a third time', ({ connection }) => connection === 'ready');
  });

  it('are refused in one process as well', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    await assert.rejects(rig.startBridge(), { type: 'BridgeRunning' });
    await rig.until('the first one goes on', ({ connection }) => connection === 'ready');
  });

  it('are told apart by the lock that the start is given', async () => {
    rig = await Rig.start();
    let released = 0;
    const takeHome = async () => ({ release: () => void released++ });
    const bridge = await startBridge({ ...rig.bridgeOptions, takeHome });
    assert.equal(released, 0);
    await bridge.stop();
    assert.equal(released, 1);
  });
});

describe('the lock of a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is one lock by whatever path the file is reached, and free once it is released', async () => {
    const file = path.join(folder, 'bridge.lock');
    const first = await lockFile(file);
    assert.ok(first);
    symlinkSync(folder, path.join(folder, 'other'));
    assert.equal(await lockFile(path.join(folder, 'other', 'bridge.lock')), null);
    first.release();
    const second = await lockFile(path.join(folder, 'other', 'bridge.lock'));
    assert.ok(second);
    assert.equal(await lockFile(file), null);
    second.release();
  });

  it('says what the operating system refuses', async () => {
    await assert.rejects(lockFile(path.join(folder, 'nowhere', 'bridge.lock')), /ENOENT/);
  });
});
