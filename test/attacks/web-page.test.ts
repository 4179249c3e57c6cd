import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isReachable } from '../../setup/port-state.js';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { serverArguments } from '../../temporal/server.js';

/** What a browser can be made to send by a page of anybody's: any path, a plain-text body, the page's own host and origin. */
describe('a web page, against the embedded server', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-web-page-'));
  let server: ChildProcess;
  let httpPort: number;

  before(async () => {
    const { path: temporal } = await obtainTemporal();
    const [port, uiPort, api] = (await freePorts(3)) as [number, number, number];
    httpPort = api;
    const args = serverArguments({ namespace: 'believe', port, uiPort, folder });
    server = spawn(temporal, [...args, '--http-port', String(httpPort)], { stdio: 'ignore' });
    while (!(await isReachable('127.0.0.1', httpPort))) await new Promise((resolve) => setTimeout(resolve, 100));
  });
  after(async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });

  for (const host of ['evil.example', 'localhost', '127.0.0.1']) {
    it(`cannot use the HTTP API under the name ${host}: neither read, nor signal, nor start`, async () => {
      const workflows = '/api/v1/namespaces/believe/workflows';
      for (const [method, place] of [
        ['GET', workflows],
        ['POST', `${workflows}/ship-1/signal/decide`],
        ['POST', `${workflows}/ship-1`],
        ['POST', '/api/v1/namespaces/believe/batch-operations/x'],
      ] as const) {
        assert.equal(await status(method, place, `${host}:${httpPort}`), 403, `${method} ${place}`);
      }
    });
  }

  function status(method: string, place: string, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { host, origin: `http://${host}`, 'content-type': 'text/plain' };
      const request = http.request({ host: '127.0.0.1', port: httpPort, path: place, method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      });
      request.on('error', reject);
      request.end(method === 'POST' ? '{}' : undefined);
    });
  }
});

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer());
  await Promise.all(servers.map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))));
  const ports = servers.map((one) => (one.address() as net.AddressInfo).port);
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
  return ports;
}
