import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseLedger } from '../../research/release/build-release.js';
import { signerAddress } from '../../research/signer/signer-address.js';
import { SignerClient } from '../../research/signer/signer-client.js';
import { writeHomeConfig } from '../../shared/node/config/home-config.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { temporaryFolder } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';
import { cargoOf, SigningTable } from './signing-table.js';

const PROGRAM = fileURLToPath(new URL('../../workers/signer.js', import.meta.url));

describe('the signer as a process', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const started: ChildProcess[] = [];
  let cargo: Cargo;
  let table: SigningTable;
  before(async () => {
    cargo = await cargoOf('ship/1~0a1b2c3d');
  });
  beforeEach(() => {
    table = new SigningTable(path.join(folder(), 'home'));
    const file = path.join(folder(), 'settings.json');
    writeFileSync(file, JSON.stringify({ gate: { testRowsMin: 20 } }));
    writeHomeConfig(loadConfig({ file, env: {}, overrides: { home: table.home } }));
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map(end));
  });

  function start(env: Record<string, string> = {}): { child: ChildProcess; said: () => string } {
    const child = spawn(process.execPath, [PROGRAM, '--home', table.home], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    started.push(child);
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    return { child, said: () => said };
  }
  const asking = () => ({ signal: AbortSignal.timeout(30_000), progress: () => {} });
  const client = () => new SignerClient(signerAddress(table.home));
  const asked = () => client().ask({ do: 'signed', shipId: 'ship/1~0a1b2c3d' }, asking());

  it('is waited for, signs, and gives the same release after it was killed over a request', async () => {
    const dossier = table.dossierOf(cargo);
    const first = client().ask({ do: 'sign', dossier }, asking());
    const { child } = start();
    for (let ms = 0; releaseLedger(table.places.releasesFolder).list().length === 0 && ms < 20_000; ms++)
      await pause(1);
    child.kill('SIGKILL');
    start();
    const release = await first;
    assert.equal(release!.modelVersion, 1);
    assert.deepEqual(await client().ask({ do: 'sign', dossier }, asking()), release);
    assert.equal(releaseLedger(table.places.releasesFolder).list().length, 1);
  });

  it('says of a refusal what it is, in the words of the failure', async () => {
    start();
    const held = await cargoOf('ship/held~0a1b2c3d', { edge: false });
    const sign = client().ask({ do: 'sign', dossier: table.dossierOf(held) }, asking());
    await assert.rejects(sign, { type: 'DecisionRefused', message: /not signed by an operator/, retryable: false });
  });

  it('answers on, whatever else is sent to it', async () => {
    start();
    await asked();
    for (const bytes of [
      'no json\n',
      '{"do":"sign"}\n',
      '{"do":"live","sighting":{}}\n',
      `${'x'.repeat(5 * 2 ** 20)}\n`,
    ]) {
      const answer = JSON.parse(await exchange(bytes)) as { ok: boolean; type: string };
      assert.deepEqual([answer.ok, answer.type], [false, 'SignerRequest'], bytes.slice(0, 40));
    }
    net
      .connect({ path: signerAddress(table.home) })
      .on('error', () => {})
      .end();
    assert.equal(await asked(), null);
  });

  it('is one for a home, and its socket is for nobody else’s user', async () => {
    start();
    await asked();
    const second = start();
    const code = await new Promise((resolve) => second.child.once('close', resolve));
    assert.notEqual(code, 0);
    assert.match(second.said(), /another signer holds/);
    assert.equal(await asked(), null);
    assert.equal(statSync(signerAddress(table.home)).mode & 0o007, 0);
  });

  it('signs with an encrypted key only when it is given the passphrase', async () => {
    const keys = path.join(table.home, 'signer', 'keys');
    const file = path.join(keys, readdirSync(keys)[0]!);
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'open sesame' };
    const encrypted = createPrivateKey(readFileSync(file, 'utf8')).export({ type: 'pkcs8', format: 'pem', ...cipher });
    writeFileSync(file, encrypted);
    const dossier = table.dossierOf(cargo);
    const { child } = start();
    await assert.rejects(client().ask({ do: 'sign', dossier }, asking()), { type: 'BadKey' });
    await end(child);
    const passphrase = path.join(folder(), 'passphrase');
    writeFileSync(passphrase, 'open sesame\n', { mode: 0o600 });
    start({ BELIEVE_SIGNER_PASSPHRASE_FILE: passphrase });
    assert.equal((await client().ask({ do: 'sign', dossier }, asking()))!.modelVersion, 1);
  });

  it('keeps its key where research does not look', () => {
    const steps = fileURLToPath(new URL('../../activities/research/release-steps.js', import.meta.url));
    assert.doesNotMatch(readFileSync(steps, 'utf8'), /keysFolder|privateKeysFolder|signersOf/);
  });

  function exchange(bytes: string): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      const socket = net.connect({ path: signerAddress(table.home) }, () => socket.write(bytes));
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
  }
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
