import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { startBridge } from '../../bridge/bridge.js';
import { GatewaySession } from '../../bridge/connection/session.js';
import { ControlFiles } from '../../bridge/control/control-files.js';
import { assertAgreement } from './agreement.js';
import { clockInSession, QUICK, Rig } from './rig.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('operating the bridge', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  const believe = async (...args: string[]) => {
    rig.writeHome();
    const { stdout } = await promisify(execFile)(process.execPath, [
      MAIN,
      'bridge',
      ...args,
      '--home',
      rig.home,
      '--json',
    ]);
    return JSON.parse(stdout) as { done?: boolean; status: { positionContracts: number; trading: string } };
  };

  it('halts, flattens and resumes by command, and stops in order on SIGTERM', async () => {
    rig = await Rig.start();
    const child = rig.spawnBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 3);
    const halted = await believe('halt', '--reason', 'drill');
    assert.equal(halted.done, true);
    const sent = rig.gateway.ledger.orders.size;
    await sleep(500);
    assert.equal(rig.gateway.ledger.orders.size, sent, 'nothing is sent while halted');
    assert.equal((await believe('resume')).done, true);
    await rig.until('orders again', () => rig.gateway.ledger.orders.size > sent + 2);
    const flattened = await believe('flatten');
    assert.equal(flattened.done, true);
    assert.equal(flattened.status.positionContracts, 0);
    assert.equal(flattened.status.trading, 'halted');
    assertAgreement(rig);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(rig.status()?.connection, 'down');
  });

  it('tells its status and its metrics on loopback', async () => {
    const port = await freePort();
    rig = await Rig.start({ config: { metrics: { bridgePort: port } } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 0);
    const status = (await (await fetch(`http://127.0.0.1:${port}/status`)).json()) as Record<string, unknown>;
    assert.deepEqual(status.halts, {});
    assert.equal((status.heads as unknown[]).length, 1);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, /^believe_bridge_up 1$/m);
    assert.match(metrics, /^believe_bridge_model_version 1$/m);
    assert.match(metrics, /^believe_bridge_limit\{limit="maxOrderSizeContracts"\} 1$/m);
    assert.match(metrics, /^# TYPE believe_bridge_decision_latency_seconds histogram$/m);
    const buckets = [...metrics.matchAll(/_seconds_bucket\{le="(.+)"\} (\d+)/g)].map(([, , count]) => Number(count));
    assert.ok(buckets.length > 10 && buckets.at(-1)! > 0);
    assert.deepEqual(
      buckets,
      [...buckets].sort((a, b) => a - b),
    );
    assert.equal((await fetch(`http://127.0.0.1:${port}/orders`)).status, 404);
    assert.equal((await fetch(`http://127.0.0.1:${port}/status`, { method: 'POST' })).status, 405);
  });

  it('ends on SIGTERM also where its folder is gone', async () => {
    rig = await Rig.start();
    const child = rig.spawnBridge();
    await rig.until('connected', ({ connection }) => connection === 'ready');
    rmSync(rig.broker, { recursive: true });
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    assert.equal(code, 1);
  });

  it('obeys a kill switch that says nothing readable', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    writeFileSync(path.join(rig.broker, 'control', 'halt.json'), '');
    await rig.until('halted', ({ haltReason }) => /kill-switch: .*nothing readable/.test(haltReason ?? ''));
  });

  it('obeys a request to flatten that says nothing readable: a full disk takes no other', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('a position', ({ positionContracts }) => positionContracts !== 0);
    writeFileSync(path.join(rig.broker, 'control', 'flatten.json'), '');
    await rig.until('flat', ({ positionContracts, halts }) => positionContracts === 0 && halts?.flatten !== undefined);
    await rig.until('answered', () => !existsSync(path.join(rig.broker, 'control', 'flatten.json')));
  });

  it('lets a kill switch stand that was thrown after the request to resume', async () => {
    rig = await Rig.start();
    const folder = path.join(rig.broker, 'control');
    const control = new ControlFiles(folder);
    const request = JSON.stringify({ v: 1, by: 'test', reason: 'drill', at: new Date().toISOString() });
    const write = (name: string, second: number) => {
      writeFileSync(path.join(folder, name), request);
      utimesSync(path.join(folder, name), second, second);
    };
    write('resume.json', 1000);
    write('halt.json', 1001);
    const { halt, resume } = control.look();
    assert.deepEqual([halt?.reason, resume], ['drill (test)', null]);
    assert.equal(existsSync(path.join(folder, 'resume.json')), false, 'and is not resumed later');
    write('resume.json', 1002);
    assert.equal(control.look().resume?.text, request);
    assert.equal(control.answerResume(), true);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('does not resume where the request cannot be removed', async () => {
    rig = await Rig.start();
    const folder = path.join(rig.broker, 'control');
    const control = new ControlFiles(folder);
    mkdirSync(path.join(folder, 'resume.json'));
    writeFileSync(path.join(folder, 'halt.json'), '');
    assert.equal(control.answerResume(), false);
    assert.ok(existsSync(path.join(folder, 'halt.json')));
  });

  it('halts where trades are refused, though depth comes', async () => {
    rig = await Rig.start({ gateway: { settings: { entitlements: { level1: 'none' } } } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const status = await rig.until('decisions', ({ decisions, marketData }) => decisions > 5 && marketData === 'depth');
    assert.match(status.haltReason ?? '', /feed: the gateway refuses market data \(10189\)/);
    assert.equal(rig.gateway.ledger.orders.size, 0);
  });

  it('keeps a halt over a restart until an operator resumes', async () => {
    rig = await Rig.start();
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 3);
    rig.gateway.inject({ do: 'rejectOrder', times: 5 });
    await rig.until('halted', ({ haltReason }) => /reject-burst/.test(haltReason ?? ''));
    await rig.stopBridge();
    await rig.startBridge();
    await rig.until('still halted', ({ connection, haltReason }) => {
      return connection === 'ready' && /^reject-burst/.test(haltReason ?? '');
    });
    await believe('resume');
    await rig.until('armed', ({ trading }) => trading === 'armed');
  });

  it('waits with its own client id while another session holds it, and never takes another', async () => {
    rig = await Rig.start();
    const address = { host: rig.gateway.host, port: rig.gateway.port };
    const other = await GatewaySession.open(address, QUICK.timeouts);
    await rig.startBridge();
    await sleep(1200);
    assert.equal(rig.status()?.connection === 'ready', false);
    assert.deepEqual(rig.gateway.clientIds, [251]);
    other.close('the test goes on');
    await rig.until('connected', ({ connection }) => connection === 'ready');
    assert.deepEqual(rig.gateway.clientIds, [251]);
  });

  it('is not ready where the gateway had lost IB before it connected, until it is told otherwise', async () => {
    rig = await Rig.start();
    rig.gateway.inject({ do: 'connectivityLost', restore: 1102 });
    await rig.startBridge();
    await rig.until('down', ({ connection, haltReason }) => connection === 'down' && /1100/.test(haltReason ?? ''));
    rig.gateway.inject({ do: 'connectivityRestored', code: 1102 });
    await rig.until('ready', ({ connection }) => connection === 'ready');
  });

  it('captures but does not trade where the gateway is logged in to another account', async () => {
    rig = await Rig.start({ gateway: { settings: { accounts: ['DU7654321'] } } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    const status = await rig.until('decisions', ({ decisions }) => decisions > 5);
    assert.match(status.haltReason ?? '', /account: the gateway is logged in to DU7654321/);
    assert.equal(rig.gateway.ledger.orders.size, 0);
    assert.ok(status.eventsSeen > 0);
  });

  it('refuses a live account in paper mode', async () => {
    rig = await Rig.start();
    const config = { ...rig.config, gateway: { ...rig.config.gateway, account: 'U1234567' } };
    const options = { config, clock: rig.clock, home: rig.home, log: pino({ level: 'silent' }) };
    await assert.rejects(startBridge(options), /U1234567 is no paper account/);
  });

  it('does not trade on a feed that the login is not entitled to', async () => {
    rig = await Rig.start({ gateway: { settings: { entitlements: { depth: false } } } });
    await rig.startBridge();
    await rig.until('halted', ({ haltReason }) => /feed: the gateway refuses market data/.test(haltReason ?? ''));
  });

  it('closes the position before regular hours end, and opens none after', async () => {
    // Five minutes of market time are left of the regular hours.
    const startedAtWallMs = Date.now() - ((6.5 * 3600 - 300) * 1000) / 20;
    const clock = { ...clockInSession(20), startedAtWallMs, afterOpenSeconds: 36_000 };
    rig = await Rig.start({ clock });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('fills', ({ fills }) => fills > 3);
    const closesMs = Date.parse('2019-08-29T20:00:00Z');
    await rig.until('after the close', ({ marketTime }) => Date.parse(marketTime) > closesMs + 20_000, 90_000);
    await rig.stopBridge();
    const ledger = rig.ledger();
    assert.equal(ledger.positionContracts, 0);
    const late = rig
      .journal()
      // Market time runs twenty times as fast here: what was decided just before is on disk some market seconds later.
      .filter(({ kind, marketTime }) => kind === 'intent' && Date.parse(marketTime) > closesMs - 110_000);
    assert.ok(late.every((line) => line.kind === 'intent' && line.purpose === 'flatten'));
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
