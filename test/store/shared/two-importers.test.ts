import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOSTS, type Host, Hosts } from '../../../bench/shared-store/hosts.js';
import { KEYS, S3Server } from '../../../bench/shared-store/s3-server.js';
import { checkObjects } from '../../../research/store/check-objects.js';
import type { MarketStore } from '../../../research/store/market-store.js';
import { REAL_FILES } from '../../market/real-files.js';
import { StoreRig } from '../store-rig.js';
import { CuttingProxy } from './cutting-proxy.js';
import { S3Rig } from './s3-rig.js';

const PROCESS = fileURLToPath(new URL('./import-process.js', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../cli/main.js', import.meta.url));
const FILES = [REAL_FILES.es, REAL_FILES.euro, REAL_FILES.mbo, REAL_FILES.gc];

async function ended(child: ChildProcess): Promise<number | string | null> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code;
}

function contentsOf(store: MarketStore): unknown {
  return store.catalogue.imports().map(({ key, shards, read }) => ({ key, shards, read }));
}

async function imported(rig: StoreRig): Promise<unknown> {
  for (const file of FILES) await rig.import(file);
  return contentsOf(rig.store);
}

describe('importers on two hosts and one bucket', () => {
  const local = new StoreRig();
  let hosts: Hosts;
  let server: S3Server;
  let folder = '';
  beforeEach(async function () {
    if ((await Hosts.whyNot()) !== null) this.skip();
    folder = mkdtempSync(path.join(tmpdir(), 'believe-hosts-'));
    hosts = await Hosts.make();
    const found = await S3Server.inFolder(path.join(folder, 's3'), (program, args) =>
      hosts.on('server', program, args),
    );
    if (typeof found === 'string') this.skip();
    server = found as S3Server;
    await server.run('');
  });
  afterEach(async () => {
    await server?.stop();
    hosts?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const settingsOf = (host: Host) => ({
    ...KEYS,
    BELIEVE_STORE_S3_ENDPOINT: `http://${HOSTS[host]}:${server.port}`,
    BELIEVE_STORE_S3_BUCKET: 'market',
  });

  function believe(host: Host, ...words: string[]): ChildProcess {
    const { program, args } = hosts.on(host, process.execPath, [
      MAIN,
      'store',
      ...words,
      '--home',
      path.join(folder, host),
    ]);
    return spawn(program, args, { env: { ...process.env, ...settingsOf(host) }, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async function said(child: ChildProcess): Promise<{ code: unknown; text: string }> {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    return { code: await ended(child), text };
  }

  it('make of the same and of different files what one of them would have made in a folder', async () => {
    const expected = await imported(local);
    const children = [
      believe('one', 'import', ...FILES),
      believe('other', 'import', ...FILES.toReversed()),
      believe('other', 'import', FILES[1]!, FILES[2]!),
    ];
    assert.deepEqual(
      (await Promise.all(children.map(said))).map(({ code }) => code),
      [0, 0, 0],
    );
    const [one, other] = await Promise.all([
      said(believe('one', 'ls', '--json')),
      said(believe('other', 'ls', '--json')),
    ]);
    assert.equal(one.text, other.text);
    assert.ok(JSON.parse(one.text).datasets.length > 4);
    // The bucket's files are a store: what tools of S3 bring to a folder needs no more than that.
    const { MarketStore } = await import('../../../research/store/market-store.js');
    const asFolder = new MarketStore(path.join(folder, 's3', 'market'));
    assert.deepEqual(contentsOf(asFolder), expected);
    const fsck = JSON.parse((await said(believe('other', 'fsck', '--json'))).text);
    assert.deepEqual([fsck.ok, fsck.unnamed], [true, 0]);
    hosts.plug('one', false);
    assert.equal((await said(believe('one', 'ls', '--json'))).text, one.text);
  });
});

describe('an importer that is killed before a bucket', () => {
  const local = new StoreRig();
  const rig = new S3Rig();

  it('leaves a whole store at any moment, and the next import on another host completes it', async () => {
    const expected = await imported(local);
    const proxy = await CuttingProxy.before(rig.server.port);
    let killed = 0;
    for (const bytes of [2000, 60_000, 250_000, 500_000, 900_000]) {
      const carried = proxy.untilCarried(bytes);
      const child = spawn(process.execPath, [PROCESS, rig.home('one'), proxy.endpoint, ...FILES], { stdio: 'ignore' });
      const end = ended(child);
      await Promise.race([carried, end]);
      child.kill('SIGKILL');
      if ((await end) === 'SIGKILL') killed++;
      const check = await checkObjects(await rig.store('other'));
      assert.deepEqual(check.faults, [], `killed after ${bytes} bytes`);
    }
    await proxy.end();
    assert.ok(killed >= 4, `${killed} of them were killed before they had ended by themselves`);
    const child = spawn(process.execPath, [PROCESS, rig.home('third'), rig.endpoint, ...FILES], { stdio: 'ignore' });
    assert.equal(await ended(child), 0);
    assert.deepEqual(contentsOf(await rig.store('other')), expected);
  });
});
