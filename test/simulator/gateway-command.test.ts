import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { RawClient } from './raw-client.js';
import { ES_SAMPLE } from './sample.js';

const CLI = path.resolve('dist/cli/main.js');

describe('believe gateway', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-gateway-'));
  let child: ChildProcess | undefined;
  afterEach(async () => {
    if (child && child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const refused = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'gateway', ...args], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  it('says where it listens in its first line, serves clients, lets the script strike, and stops by a signal', async () => {
    const faults = write('faults.jsonl', '{"at":{"onConnect":1},"do":"notice","code":2103}\n');
    const settings = write('settings.json', '\ufeff{"accounts":["DU1"]}');
    const args = [
      '--data',
      ES_SAMPLE,
      '--port',
      '0',
      '--speed',
      '100',
      '--loop',
      '--faults',
      faults,
      '--settings',
      settings,
    ];
    child = spawn(process.execPath, [CLI, 'gateway', ...args, '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const { port, ...rest } = JSON.parse(await firstLine(child)) as { port: number };
    assert.deepEqual(rest, {
      host: '127.0.0.1',
      instrument: 'ESU9',
      conId: 562645706,
      contracts: [{ instrument: 'ESU9', conId: 562645706 }],
      accounts: ['DU1'],
      synthetic: false,
    });
    const client = await RawClient.connect(port);
    await client.next(([id, , , code]) => id === '4' && code === '2103');
    client.close();
    child.kill('SIGTERM');
    const [status] = await once(child, 'exit');
    assert.equal(status, 0);
  });

  it('names a taken port and the fix', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const { status, stdout, stderr } = refused('--data', ES_SAMPLE, '--port', String(port));
    server.close();
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, new RegExp(`port ${port} is taken[^]*another port`));
  });

  for (const [name, args, status, message] of [
    ['no data', [], 2, /--data/],
    ['two sources', ['--data', ES_SAMPLE, '--generator', '1'], 2, /one source, 2 are named/],
    ['the store without an instrument', ['--from-store'], 2, /--instrument/],
    ['a seed that is none', ['--generator', 'x'], 2, /--generator.* 'x' is invalid/],
    ['a contract that is none', ['--generator', '1', '--instrument', 'XX'], 2, /--instrument 'XX'/],
    ['missing data', ['--data', 'none.jsonl'], 1, /none\.jsonl.*no such file/],
    ['a speed that is none', ['--data', ES_SAMPLE, '--speed', 'fast'], 2, /--speed/],
    ['a clock that is none', ['--data', ES_SAMPLE, '--clock', 'sun'], 2, /--clock/],
    ['a port that is none', ['--data', ES_SAMPLE, '--port', '70000'], 2, /--port/],
    ['a dialect that is not spoken', ['--data', ES_SAMPLE, '--server-version', '201'], 1, /157 to 193/],
  ] as const)
    it(`refuses ${name} with exit code ${status}`, () => {
      const result = refused(...args);
      assert.equal(result.status, status);
      assert.match(result.stderr, message);
    });

  it('refuses broken settings and scripts, naming file and field', () => {
    const settings = write('settings.json', '{"limits":{"depthRequests":0}}');
    assert.match(refused('--data', ES_SAMPLE, '--settings', settings).stderr, /settings\.json.*limits\.depthRequests/);
    const faults = write('faults.jsonl', '{"at":{"onOrder":1},"do":"fly"}\n');
    assert.match(refused('--data', ES_SAMPLE, '--faults', faults).stderr, /faults\.jsonl \(line 1\).*do/);
  });
});

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('the command ended without a word');
}
