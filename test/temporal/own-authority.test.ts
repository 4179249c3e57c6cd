import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import {
  authorityFile,
  authorityKeyFile,
  type CertificatePlaces,
  certificateFile,
  issueCertificate,
  keyFile,
  makeAuthority,
} from '../../deploy/certificates/authority.js';
import { heldCertificates, renewCertificates } from '../../deploy/certificates/held-certificates.js';
import { CERTIFICATE_ROLES, type CertificateRole } from '../../deploy/certificates/roles.js';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { connectClient } from '../../temporal/client.js';
import { serverAddress, type Tier } from '../../temporal/server-address.js';
import { lookAtMachine } from '../../watch/look-at-machine.js';

const DAY_MS = 86_400_000;
const run = promisify(execFile);

describe('certificates of an authority of our own', function () {
  this.timeout(60_000);
  let folder: string;
  let places: CertificatePlaces;
  let others: CertificatePlaces;
  let env: TestWorkflowEnvironment;
  let temporal: string;
  let door: tls.Server;
  const shown: string[] = [];
  const placesIn = (name: string): CertificatePlaces => ({
    folder: path.join(folder, name),
    authorityFolder: path.join(folder, `${name}-offline`),
  });
  const issue = (role: CertificateRole, at = places, days = 90) =>
    issueCertificate(at, role, {
      days,
      names: role === 'server' ? ['localhost', '127.0.0.1', '::1'] : [],
      newKey: false,
    });

  before(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-authority-'));
    [places, others] = [placesIn('certs'), placesIn('others')];
    for (const one of [places, others]) await makeAuthority(one, 3650);
    for (const role of CERTIFICATE_ROLES) await issue(role);
    await issue('broker', others);
    temporal = (await obtainTemporal()).path;
    env = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: temporal } },
    });
    door = await tlsDoor(Number(env.address.split(':')[1]));
  });
  after(async () => {
    door.close();
    await env.teardown();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Before the plain server of the tests, as a frontend of one's own with `requireClientAuth`. */
  async function tlsDoor(port: number): Promise<tls.Server> {
    const read = (file: string) => readFileSync(file);
    const server = tls.createServer({
      ...{ cert: read(certificateFile(places, 'server')), key: read(keyFile(places, 'server')) },
      ...{ ca: read(authorityFile(places)), requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
    });
    server.on('secureConnection', (socket) => {
      const { subject } = socket.getPeerCertificate();
      shown.push(`${subject.OU}/${subject.CN}`);
      const behind = net.connect(port, '127.0.0.1');
      for (const one of [socket, behind]) one.on('error', () => {});
      socket.pipe(behind).pipe(socket);
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  function configOf(role: CertificateRole, from = places) {
    const config = loadConfig({ env: {} });
    const address = `localhost:${(door.address() as AddressInfo).port}`;
    const files = { certFile: certificateFile(from, role), keyFile: keyFile(from, role) };
    const tlsSettings = {
      caFile: authorityFile(places),
      ...files,
      serverName: null,
      tierFolder: null as string | null,
    };
    return { ...config, temporal: { ...config.temporal, address, namespace: 'default', tls: tlsSettings } };
  }
  async function answers(role: CertificateRole, from = places): Promise<void> {
    const client = await connectClient(serverAddress(configOf(role, from)));
    try {
      await client.workflowService.getSystemInfo({});
    } finally {
      await client.connection.close();
    }
  }

  it('let each role in, to clients, workers and the `temporal` of Go, and say who it is', async () => {
    for (const role of CERTIFICATE_ROLES.slice(1)) {
      shown.length = 0;
      await answers(role);
      assert.deepEqual([...new Set(shown)], [`${role}/${role}`]);
    }
    for (const tier of ['orchestrator', 'research', 'broker'] satisfies Tier[]) {
      const config = configOf('operator');
      config.temporal.tls.tierFolder = places.folder;
      const server = serverAddress(config, tier);
      shown.length = 0;
      await (await NativeConnection.connect({ address: server.address, tls: server.tls! })).close();
      assert.deepEqual([...new Set(shown)], [`${tier}/${tier}`]);
    }
    const { address } = configOf('reader').temporal;
    const own = ['--tls-cert-path', certificateFile(places, 'reader'), '--tls-key-path', keyFile(places, 'reader')];
    const asked = ['operator', 'cluster', 'health', '--address', address, '--tls-ca-path', authorityFile(places)];
    assert.match((await run(temporal, [...asked, ...own])).stdout, /SERVING/);
    await assert.rejects(run(temporal, asked), 'without a certificate');
  });

  it('keep out one of another authority, one that has expired, and whoever has none', async () => {
    await assert.rejects(answers('broker', others), { type: 'NoTemporal' });
    await issue('reader', places, 0);
    await assert.rejects(answers('reader'), { type: 'NoTemporal' });
    const told = heldCertificates(places, Date.now()).find(({ role }) => role === 'reader');
    assert.equal(told?.fault, 'has expired');
    await issue('reader');
    await answers('reader');
    // The authority's certificate with a key of one's own is nobody.
    const [cert, key] = [readFileSync(authorityFile(places)), readFileSync(keyFile(others, 'broker'))];
    assert.throws(() => tls.createSecureContext({ cert, key }), /key values mismatch/i);
  });

  it('are what openssl takes for a chain, of these names, uses and lives', () => {
    for (const role of CERTIFICATE_ROLES) {
      const purpose = role === 'server' ? 'sslserver' : 'sslclient';
      const verify = ['verify', '-x509_strict', '-CAfile', authorityFile(places), '-purpose', purpose];
      assert.match(execFileSync('openssl', [...verify, certificateFile(places, role)], { encoding: 'utf8' }), /OK/);
      const certificate = new X509Certificate(readFileSync(certificateFile(places, role)));
      assert.equal(certificate.ca, false);
      assert.equal(Math.round((Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY_MS), 90);
      if (role === 'server') continue;
      const asServer = [
        'verify',
        '-CAfile',
        authorityFile(places),
        '-purpose',
        'sslserver',
        certificateFile(places, role),
      ];
      assert.throws(() => execFileSync('openssl', asServer, { stdio: 'pipe' }), `${role} is no server`);
    }
    const server = new X509Certificate(readFileSync(certificateFile(places, 'server')));
    assert.equal(server.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    const [authority] = heldCertificates(places, Date.now());
    assert.ok(authority!.daysLeft >= 3649);
  });

  it('are renewed at two thirds of their life, with the key and the names of before; what is connected stays so', async () => {
    assert.deepEqual(await renewCertificates(places, { roles: null, days: 90, nowMs: Date.now() }), []);
    const connected = await connectClient(serverAddress(configOf('operator')));
    const before = readFileSync(keyFile(places, 'operator'));
    const nowMs = Date.now() + 61 * DAY_MS;
    assert.deepEqual(await renewCertificates(places, { roles: null, days: 120, nowMs }), [...CERTIFICATE_ROLES]);
    assert.deepEqual(readFileSync(keyFile(places, 'operator')), before);
    await connected.workflowService.getSystemInfo({});
    await connected.connection.close();
    await answers('operator');
    const renewed = heldCertificates(places, Date.now());
    assert.deepEqual(renewed.find(({ role }) => role === 'server')?.names, [
      'localhost',
      '127.0.0.1',
      '0:0:0:0:0:0:0:1',
    ]);
    for (const { role, daysLeft, fault } of renewed.slice(1)) assert.deepEqual([fault, daysLeft], [null, 119], role);
    assert.deepEqual(await renewCertificates(places, { roles: ['broker'], days: 90, nowMs: Date.now() }), ['broker']);
    // A server that has started with the renewed one is taken as before.
    const again = await tlsDoor(Number(env.address.split(':')[1]));
    [door] = [again, door.close()];
    await answers('operator');
  });

  it('have keys for their user only, and the authority its own apart', async () => {
    if (process.platform === 'win32') return;
    for (const file of [authorityKeyFile(places), ...CERTIFICATE_ROLES.map((role) => keyFile(places, role))])
      assert.equal(statSync(file).mode & 0o777, 0o600, file);
    assert.ok(!existsSync(path.join(places.folder, 'ca.key')));
    chmodSync(keyFile(places, 'reader'), 0o644);
    await assert.rejects(issue('reader'), { type: 'KeyExposed' });
    chmodSync(keyFile(places, 'reader'), 0o600);
    const before = readFileSync(keyFile(places, 'reader'));
    await issueCertificate(places, 'reader', { days: 90, names: [], newKey: true });
    assert.notDeepEqual(readFileSync(keyFile(places, 'reader')), before);
    await answers('reader');
  });

  it('are not made over an authority, by a key that is not its own, past its end, or for a name that is none', async () => {
    await assert.rejects(makeAuthority(places, 10), { type: 'Usage' });
    await assert.rejects(issue('reader', { ...places, authorityFolder: others.authorityFolder }), /is not the key of/);
    await assert.rejects(issue('reader', { ...places, authorityFolder: folder }), /is not here/);
    await assert.rejects(issue('reader', places, 3651), /before the certificate would/);
    const before = readFileSync(certificateFile(places, 'server'));
    for (const name of [
      '',
      ' ',
      'a b',
      'a,DNS:b',
      'a\nbasicConstraints = CA:TRUE',
      '$ENV::HOME',
      '*.x',
      '-a',
      'a..b',
      'ä.de',
      '@names',
    ])
      await assert.rejects(
        issueCertificate(places, 'server', { days: 9, names: ['localhost', name], newKey: false }),
        { type: 'Usage' },
        name,
      );
    assert.deepEqual(readFileSync(certificateFile(places, 'server')), before);
  });

  it('say where openssl is not, and leave what there is', async () => {
    const { PATH } = process.env;
    process.env.PATH = folder;
    try {
      await assert.rejects(issue('reader'), { type: 'NoOpenssl' });
      const wanted = { days: 9, names: [], newKey: true };
      await assert.rejects(issueCertificate(places, 'reader', wanted), { type: 'NoOpenssl' });
      await assert.rejects(makeAuthority(placesIn('none'), 9), { type: 'NoOpenssl' });
      assert.ok(!existsSync(authorityKeyFile(placesIn('none'))));
    } finally {
      process.env.PATH = PATH;
    }
    await answers('reader');
  });

  it('are watched, each that is on a machine', async () => {
    const config = configOf('operator');
    config.temporal.tls.tierFolder = places.folder;
    const look = async (nowMs: number) =>
      (await lookAtMachine({ ...config, home: folder }, folder, [], nowMs)).find(
        ({ watchdog }) => watchdog === 'CertificateExpiring',
      );
    assert.match((await look(Date.now()))!.seen, /broker\.pem expires in/);
    assert.equal((await look(Date.now()))!.state, 'well');
    assert.equal((await look(Date.now() + 70 * DAY_MS))!.state, 'alarm');
    writeFileSync(path.join(places.folder, 'old.pem'), 'nothing');
    assert.equal((await look(Date.now()))!.state, 'alarm');
    rmSync(path.join(places.folder, 'old.pem'));
  });
});
