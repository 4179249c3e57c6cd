import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/run-command.js';
import { temporaryFolder } from '../release/release-fixture.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('believe path', () => {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);
  const read = (...parts: string[]) => readFileSync(at(...parts), 'utf8');
  async function believe(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const all = { ...process.env, ...env };
    const run = await runCommand(process.execPath, [MAIN, 'path', ...args], { env: all, timeLimitMs: 120_000 });
    return { ...run, json: run.stdout.startsWith('{') ? JSON.parse(run.stdout) : undefined };
  }
  const up = (side: string, write = side) =>
    believe([
      'up',
      '--description',
      at('path.json'),
      '--side',
      side,
      '--write',
      at(write),
      '--home',
      at('home'),
      '--json',
    ]);
  const describePath = (changes: object = {}) =>
    writeFileSync(
      at('path.json'),
      JSON.stringify({
        interface: 'believe',
        research: { endpoint: 'research.example.org', address: '10.77.0.1' },
        broker: { os: 'windows', address: '10.77.0.2' },
        ...changes,
      }),
    );

  it('up writes each side, whose private key stays where it was made', async () => {
    describePath();
    assert.equal((await up('research')).json.hasTunnel, false);
    assert.equal((await up('broker')).json.hasTunnel, true);
    const research = await up('research');
    assert.equal(research.json.hasTunnel, true);
    const { research: told, broker } = JSON.parse(read('path.json'));
    assert.match(read('broker', 'believe.conf'), new RegExp(`PublicKey = ${told.publicKey.replaceAll('+', '\\+')}\n`));
    assert.match(
      read('research', 'believe.conf'),
      new RegExp(`PublicKey = ${broker.publicKey.replaceAll('+', '\\+')}\n`),
    );
    assert.match(read('research', 'believe-path.nft'), /tcp dport \{ 8730, 7233 \} accept/);
    assert.match(read('research', 'rsync', 'rsyncd.conf'), /\[landing\]/);
    // The rule before the tunnel, and the tunnel's end before the rule's.
    assert.match(
      read('broker', 'start-tunnel.cmd'),
      /dir=in action=block[\s\S]*\/installtunnelservice "%~dp0believe\.conf"/,
    );
    assert.match(read('broker', 'stop-tunnel.cmd'), /\/uninstalltunnelservice believe[\s\S]*delete rule/);
    for (const side of ['broker', 'research']) {
      const key = read(side, `${side}.key`).trim();
      assert.equal(statSync(at(side, `${side}.key`)).mode & 0o777, 0o600);
      assert.equal(read('path.json').includes(key), false);
    }
    const mixed = await up('broker', 'research');
    assert.equal(mixed.status, 2);
    assert.equal(existsSync(at('research', 'broker.key')), false);
  });

  it('up names the field that is wrong', async () => {
    describePath({ broker: { os: 'windows', address: '10.77.0.300' } });
    const { status, stderr } = await up('broker');
    assert.notEqual(status, 0);
    assert.match(stderr, /broker\.address/);
  });
});
