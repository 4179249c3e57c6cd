import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { connectClient } from '../../temporal/client.js';
import { serverAddress, type Tier } from '../../temporal/server-address.js';

/** A server that asks whoever connects for a certificate of its own authority, as a Temporal frontend with client auth does. */
describe('the certificates of the tiers', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (...names: string[]) => path.join(folder, ...names);

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-tiers-'));
    mkdirSync(at('tiers'));
    authority('ca');
    for (const tier of ['orchestrator', 'research', 'broker']) certificate(at('tiers', tier), tier);
    certificate(at('person'), 'person');
    certificate(at('server'), 'localhost');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function authority(name: string): void {
    const made = ['-x509', '-newkey', 'ed25519', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
    execFileSync('openssl', ['req', ...made, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)], {
      stdio: 'pipe',
    });
  }

  function certificate(file: string, name: string): void {
    const asked = ['-newkey', 'ed25519', '-nodes', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    execFileSync('openssl', ['req', ...asked, '-keyout', `${file}.key`, '-out', `${file}.csr`], { stdio: 'pipe' });
    const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-days', '2', '-copy_extensions', 'copy'];
    execFileSync('openssl', ['x509', '-req', '-in', `${file}.csr`, ...by, '-out', `${file}.pem`], { stdio: 'pipe' });
  }

  /** Tells every name on a certificate that it is shown, and ends the connection. */
  async function serve(onName: (name: string) => void): Promise<tls.Server> {
    const server = tls.createServer({
      ...{ cert: readFileSync(at('server.pem')), key: readFileSync(at('server.key')), ca: readFileSync(at('ca.pem')) },
      ...{ requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
    });
    server.on('secureConnection', (socket) => {
      onName(String(socket.getPeerCertificate().subject.CN));
      socket.on('error', () => {});
      socket.destroy();
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  const configOf = (tierFolder: string | null, port = 1) => {
    const config = loadConfig({ env: {} });
    const files = { caFile: at('ca.pem'), certFile: at('person.pem'), keyFile: at('person.key') };
    const settings = { ...files, serverName: 'localhost', tierFolder };
    return { ...config, temporal: { ...config.temporal, address: `127.0.0.1:${port}`, tls: settings } };
  };
  /** Who the server sees when this tier connects: a server of its own, for a connection that failed is tried again for a while. */
  async function shownBy(tier: Tier | undefined, tierFolder: string | null): Promise<string[]> {
    const names = new Set<string>();
    const server = await serve((name) => names.add(name));
    const { port } = server.address() as AddressInfo;
    try {
      await assert.rejects(connectClient(serverAddress(configOf(tierFolder, port), tier)), { type: 'NoTemporal' });
    } finally {
      server.close();
    }
    return [...names];
  }

  it('are shown each by its own worker, and the command line shows another', async () => {
    for (const tier of ['orchestrator', 'research', 'broker'] as const)
      assert.deepEqual(await shownBy(tier, at('tiers')), [tier]);
    assert.deepEqual(await shownBy(undefined, at('tiers')), ['person']);
    assert.deepEqual(await shownBy('research', null), ['person']);
  });

  it('are never replaced by another one where one is missing', () => {
    mkdirSync(at('empty'));
    assert.throws(() => serverAddress(configOf(at('empty')), 'broker'), { type: 'NoCertificate' });
  });
});
