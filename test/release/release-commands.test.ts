import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeFolders, PRODUCT, temporaryFolder } from './release-fixture.js';
import { acceptPublished, holdCeremony, shipRelease } from './release-work.js';

const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

function believe(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function believeJson(...args: string[]): { status: number | null; result: Record<string, unknown> } {
  const { status, stdout, stderr } = believe(...args, '--json');
  assert.equal(stdout.trim().split('\n').length, 1, `one JSON object on stdout, not: ${stdout}${stderr}`);
  return { status, result: JSON.parse(stdout) as Record<string, unknown> };
}

describe('believe release', () => {
  const folder = temporaryFolder();
  const home = () => path.join(folder(), 'home');
  const published = (name: string) => path.join(homeFolders(home()).moduleFolder, name);
  const verifyArguments = () => [
    'release',
    'verify',
    published('believe-v1.tar.gz'),
    '--envelope',
    published('believe-v1.dsse.json'),
    '--root',
    path.join(home(), 'broker', 'trust'),
  ];

  beforeEach(async () => {
    holdCeremony(home(), Date.now());
    await shipRelease(home(), 'ship/1', undefined, Date.now());
  });

  it('verify accepts a good release, exits 0 and moves no pin', () => {
    const pinFile = path.join(home(), 'broker', 'pin.json');
    const pin = readFileSync(pinFile, 'utf8');
    const { status, result } = believeJson(...verifyArguments());
    assert.equal(status, 0);
    assert.deepEqual([result.ok, result.modelVersion, result.counter, result.reason], [true, 1, 1, null]);
    assert.equal(readFileSync(pinFile, 'utf8'), pin);
    assert.deepEqual(result.product, PRODUCT);
    assert.match(believe(...verifyArguments()).stdout, /for ES at CME in steps of 0.25, .*SYNTHETIC/);
  });

  it('verify exits 1 and names the reason for a flipped byte in tarball, envelope or root', () => {
    const root = path.join(home(), 'broker', 'trust', 'root.json');
    for (const [file, reasons] of [
      [published('believe-v1.tar.gz'), ['archive-hash']],
      [published('believe-v1.dsse.json'), ['signature', 'statement-malformed', 'envelope-malformed']],
      [root, ['root-refused']],
    ] as const) {
      const good = readFileSync(file);
      const bad = Buffer.from(good);
      bad[Math.floor(bad.length / 2)]! ^= 1;
      writeFileSync(file, bad);
      const { status, result } = believeJson(...verifyArguments());
      assert.equal(status, 1);
      assert.equal(result.ok, false);
      assert.ok((reasons as readonly string[]).includes(result.reason as string), String(result.reason));
      writeFileSync(file, good);
    }
  });

  it('verify refuses what is older than a pin that it is shown', async () => {
    await shipRelease(home(), 'ship/2', undefined, Date.now());
    await acceptPublished(home(), 2, Date.now());
    const { status, result } = believeJson(...verifyArguments(), '--pin', path.join(home(), 'broker', 'pin.json'));
    assert.deepEqual([status, result.reason], [1, 'rollback']);
  });

  it('verify exits 2 for wrong usage, and 1 with the fix for a missing file', () => {
    assert.equal(believe('release', 'verify', 'x').status, 2);
    const missing = believe('release', 'verify', 'nowhere.tar.gz', ...verifyArguments().slice(3));
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /there is no nowhere\.tar\.gz/);
  });

  it('list and card show every release, its numbers and its files', () => {
    const { result } = believeJson('release', 'list', '--home', home());
    const [release] = result.releases as Record<string, unknown>[];
    assert.deepEqual([release!.modelVersion, release!.counter, release!.state], [1, 1, 'published']);
    const card = believeJson('release', 'card', '1', '--home', home());
    assert.deepEqual([card.result.modelVersion, card.result.synthetic, card.result.state], [1, true, 'published']);
    assert.equal((card.result.files as unknown[]).length, 4);
    assert.match(believe('release', 'card', 'v1', '--home', home()).stdout, /SYNTHETIC/);
    assert.equal(believe('release', 'card', '2', '--home', home()).status, 1);
    assert.equal(believe('release', 'list', '--home', path.join(folder(), 'nowhere')).status, 2);
  });
});

describe('believe keys', () => {
  const folder = temporaryFolder();

  it('init makes keys once, for their owner only, and warns about the root keys', () => {
    const first = believe('keys', 'init', '--home', folder());
    assert.equal(first.status, 0);
    assert.match(first.stdout, /WARNING: move the private root keys/);
    const rootKeys = path.join(folder(), 'offline-root-keys');
    assert.equal(readdirSync(rootKeys).length, 3);
    for (const keys of [rootKeys, homeFolders(folder()).keysFolder]) {
      for (const name of readdirSync(keys)) assert.equal(statSync(path.join(keys, name)).mode & 0o777, 0o600);
    }
    const root = readFileSync(path.join(folder(), 'broker', 'trust', 'root.json'));
    const { result } = believeJson('keys', 'init', '--home', folder());
    assert.deepEqual([result.created, result.rootVersion], [false, 1]);
    assert.deepEqual(readFileSync(path.join(folder(), 'broker', 'trust', 'root.json')), root);
    for (const file of result.publicKeys as string[]) assert.ok(existsSync(file));
  });

  it('rotate makes the next root with new keys, and needs the threshold of root keys', () => {
    holdCeremony(folder());
    const before = believeJson('keys', 'show', '--home', folder()).result;
    const { result } = believeJson('keys', 'rotate', '--home', folder(), '--role', 'release', 'root', '--new-epoch');
    assert.deepEqual([result.rootVersion, result.epoch], [2, 2]);
    const keyidsOf = (shown: Record<string, unknown>, name: string) =>
      (shown.roles as { role: string; keys: { keyid: string }[] }[])
        .find(({ role }) => role === name)!
        .keys.map(({ keyid }) => keyid);
    for (const role of ['release', 'root']) assert.notDeepEqual(keyidsOf(result, role), keyidsOf(before, role));
    assert.deepEqual(keyidsOf(result, 'journal'), keyidsOf(before, 'journal'));
    rmSync(path.join(folder(), 'offline-root-keys'), { recursive: true });
    const refused = believe('keys', 'rotate', '--home', folder());
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /0 of the 2 root keys/);
  });

  it('pin says where a broker was that has lost everything, and only then', async () => {
    holdCeremony(folder());
    await shipRelease(folder(), 'ship/1');
    const { payloadSha256 } = await acceptPublished(folder(), 1);
    const pin = ['keys', 'pin', '--home', folder(), '--counter', '1', '--payload', payloadSha256];
    assert.equal(believe(...pin).status, 2);
    rmSync(path.join(folder(), 'broker', 'pin.json'));
    rmSync(path.join(folder(), 'broker', 'trust', 'verified'), { recursive: true });
    assert.equal(believe(...pin).status, 0);
    assert.equal(believe('keys', 'pin', '--home', folder(), '--counter', '1', '--payload', 'x').status, 2);
    assert.equal(believe('keys', 'init', '--home', path.join(folder(), 'x'), '--root-threshold', '4').status, 2);
  });
});
