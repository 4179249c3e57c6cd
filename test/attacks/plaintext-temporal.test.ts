import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const program = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

describe('attack: somebody who reads and writes the network between the tiers and Temporal', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-attack-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const config = (temporal: object) => {
    const file = path.join(folder, 'config.json');
    writeFileSync(
      file,
      JSON.stringify({ home: path.join(folder, 'home'), temporal: { embedded: false, ...temporal } }),
    );
    return file;
  };
  const run = (file: string, ...words: string[]) =>
    spawnSync(process.execPath, [program(file), ...words], { encoding: 'utf8', input: '', timeout: 20_000 });
  const REFUSED =
    /temporal\.tls is (null|not set); allowed: caFile, certFile and keyFile, because .* is another machine/;

  it('finds no plain connection: `config check` refuses it, and so does every process at its start', () => {
    for (const address of ['10.0.0.7:7233', 'temporal.example:7233', '127.0.0.1.example:7233', '[fd00::7]:7233']) {
      const checked = run('cli/main.js', 'config', 'check', '--config', config({ address }));
      assert.deepEqual([checked.status, REFUSED.test(checked.stdout)], [1, true], checked.stdout);
    }
    const file = config({ address: '10.0.0.7:7233' });
    for (const worker of ['orchestrator', 'research', 'broker']) {
      const started = run(`workers/${worker}.js`, '--config', file);
      assert.notEqual(started.status, 0);
      assert.match(started.stderr, REFUSED);
    }
    const asked = run('cli/main.js', 'ship', 'status', '--config', file);
    assert.deepEqual([asked.status, REFUSED.test(asked.stderr)], [2, true], asked.stderr);
  });

  it('is no reason against loopback, or against TLS', () => {
    const tls = { caFile: 'ca.pem', certFile: 'client.pem', keyFile: 'client.key' };
    for (const temporal of [
      { address: '127.0.0.1:7233' },
      { address: 'localhost:7233' },
      { address: '10.0.0.7:7233', tls },
    ])
      assert.equal(run('cli/main.js', 'config', 'check', '--config', config(temporal)).status, 0);
  });
});
