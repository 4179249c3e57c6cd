import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/run-command.js';
import { temporaryFolder } from './temporary-folder.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

interface Item {
  name: string;
  needed: string;
  found: boolean;
  version?: string;
  source?: string;
  fix?: string;
}

describe('believe doctor', () => {
  const folder = temporaryFolder();
  const doctor = (args: string[], env: NodeJS.ProcessEnv = process.env) =>
    runCommand(process.execPath, [MAIN, 'doctor', ...args], { env, timeLimitMs: 60_000 });
  const itemsOf = (stdout: string) => (JSON.parse(stdout) as { items: Item[] }).items;

  it('ends with 0 where everything required is here', async () => {
    const outcome = await doctor(['--json']);
    assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
    const required = itemsOf(outcome.stdout).filter((item) => item.needed === 'required');
    const names = required.map((item) => item.name);
    assert.deepEqual(names, ['node', 'node modules', 'temporal', 'libxgboost', 'rsync', 'free disk']);
  });
  it('ends with 1 and names the fix of each required thing that is missing', async () => {
    const bare = { PATH: folder(), BELIEVE_CACHE: folder() };
    const outcome = await doctor(['--json'], bare);
    assert.equal(outcome.status, 1, outcome.stderr);
    const missing = itemsOf(outcome.stdout).filter((item) => !item.found && item.needed === 'required');
    assert.deepEqual(
      missing.map((item) => item.name),
      ['temporal', 'libxgboost', 'rsync'],
    );
    for (const item of missing) assert.ok(item.fix, item.name);
    const text = await doctor([], bare);
    assert.equal(text.status, 1);
    assert.match(text.stdout, /^FAILED {2}temporal\n {8}-> put temporal/m);
  });
  it('says which configured port is taken', async () => {
    const server = net.createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port));
    });
    const outcome = await doctor(['--json'], { ...process.env, BELIEVE_RSYNC_PORT: String(port) });
    server.close();
    const item = itemsOf(outcome.stdout).find((one) => one.name === 'rsync.port');
    assert.equal(item?.source, 'taken');
    assert.match(item?.fix ?? '', new RegExp(`port ${port}`));
  });
  it('reports a wrong configuration beside everything else', async () => {
    const file = path.join(folder(), 'believe.config.json');
    writeFileSync(file, '{"rsync": {"port": "many"}}');
    const outcome = await doctor(['--json', '--config', file]);
    assert.equal(outcome.status, 1);
    assert.equal(itemsOf(outcome.stdout).find((item) => item.name === 'configuration')?.found, false);
  });
});
