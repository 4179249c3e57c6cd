import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { checksums, packFolder } from '../../deploy/bundle/archive.js';
import { makeBundles } from '../../deploy/bundle/make-bundle.js';
import { machineOf, machinesIn, removeForeign } from '../../deploy/bundle/platforms.js';
import { runCommand } from '../../setup/run-command.js';
import { openFolder } from './example.js';

const LIMIT = { timeLimitMs: 10 * 60_000 };
const BINARIES = path.resolve('node_modules/onnxruntime-node/bin/napi-v6');
const isHere = process.platform === 'linux' && process.arch === 'x64';

describe('programs in a bundle', () => {
  const folder = openFolder();

  it('are told apart by their first bytes', () => {
    if (isHere) assert.equal(machineOf(readFileSync(process.execPath).subarray(0, 4096)), 'linux-x64');
    const found = machinesIn(BINARIES);
    for (const [file, machine] of found) {
      const expected = file.startsWith('darwin/') ? 'darwin' : file.split('/').slice(0, 2).join('-');
      assert.equal(machine, expected === 'win32-arm64' ? 'win32-other' : expected, file);
    }
    assert.ok(found.size >= 5, `${found.size}`);
    assert.equal(machineOf(Buffer.from('#!/bin/sh\n')), null);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void machineOf(bytes)));
  });

  it('of other platforms are left out, and nothing else is', () => {
    for (const [name, bytes] of [
      ['a/lib.node', readFileSync(process.execPath).subarray(0, 4096)],
      ['a/lib.dll', readFileSync(findIn(BINARIES, /win32\/x64\/onnxruntime\.dll$/)).subarray(0, 4096)],
      ['a/index.js', Buffer.from('export {};')],
      ['a/empty', Buffer.alloc(0)],
    ] as const) {
      mkdirSync(path.dirname(path.join(folder(), name)), { recursive: true });
      writeFileSync(path.join(folder(), name), bytes);
    }
    assert.deepEqual(removeForeign(folder(), 'win32-x64'), isHere ? ['a/lib.node'] : []);
    assert.deepEqual(
      readdirSync(path.join(folder(), 'a')).sort(),
      ['empty', 'index.js', 'lib.dll'].concat(isHere ? [] : ['lib.node']),
    );
  });
});

describe('the archive of a bundle', () => {
  const folder = openFolder();
  const make = (name: string) => {
    const made = path.join(folder(), name);
    mkdirSync(path.join(made, 'b/c'), { recursive: true });
    writeFileSync(path.join(made, 'b/c/text'), 'text\n');
    writeFileSync(path.join(made, 'a'), 'program\n');
    writeFileSync(path.join(made, `${'long-'.repeat(30)}name`), 'x');
    chmodSync(path.join(made, 'a'), 0o755);
    return made;
  };

  it('is the same bytes of the same files, whoever packs them when, and other programs unpack it', async () => {
    const packed = ['one', 'two'].map((name) => path.join(folder(), `${name}.tar.gz`));
    await packFolder(make('one'), 'believe-1', packed[0]!);
    await packFolder(make('two'), 'believe-1', packed[1]!);
    assert.ok(readFileSync(packed[0]!).equals(readFileSync(packed[1]!)));
    const to = path.join(folder(), 'unpacked');
    mkdirSync(to);
    const tar = await runCommand('tar', ['-xzf', packed[0]!, '-C', to], LIMIT);
    assert.equal(tar.status, 0, tar.stderr);
    assert.equal(readFileSync(path.join(to, 'believe-1/b/c/text'), 'utf8'), 'text\n');
    assert.ok(existsSync(path.join(to, 'believe-1', `${'long-'.repeat(30)}name`)));
    if (process.platform !== 'win32') {
      assert.equal(statSync(path.join(to, 'believe-1/a')).mode & 0o777, 0o755);
      assert.equal(statSync(path.join(to, 'believe-1/b/c/text')).mode & 0o777, 0o644);
    }
  });

  it('has hashes that sha256sum checks', async function () {
    const made = make('one');
    writeFileSync(path.join(made, 'SHA256SUMS'), await checksums(made));
    const check = () => runCommand('sh', ['-c', `cd '${made}' && sha256sum -c --quiet SHA256SUMS`], LIMIT);
    if (process.platform === 'win32') this.skip();
    assert.equal((await check()).status, 0);
    writeFileSync(path.join(made, 'a'), 'programme\n');
    assert.notEqual((await check()).status, 0);
  });

  it('takes no link: what it leads to would be another on each machine', async () => {
    const made = make('one');
    symlinkSync('/etc/hostname', path.join(made, 'link'), 'file');
    await assert.rejects(checksums(made), /link is no plain file/);
  });
});

describe('a bundle', () => {
  const folder = openFolder();

  it('is of a commit: a checkout with changes is refused, naming one', async () => {
    const git = (...words: string[]) => runCommand('git', ['-C', folder(), ...words], LIMIT);
    await git('init', '--quiet');
    writeFileSync(path.join(folder(), 'package.json'), '{"version":"1.0.0"}');
    await git('add', '.');
    await git('-c', 'user.name=test', '-c', 'user.email=test', 'commit', '--quiet', '-m', 'first');
    writeFileSync(path.join(folder(), 'other.ts'), '');
    const made = makeBundles({ root: folder(), out: folder(), platforms: ['linux-x64'], progress: () => {} });
    await assert.rejects(made, { type: 'BundleNotMade', message: /has changes: \?\? other\.ts/ });
  });

  it('runs without a network, a registry and a home, by its own Node, and says its commit', async function () {
    // Minutes of it are npm's.
    if (process.env.BELIEVE_TEST_BUNDLE === undefined || !isHere || process.getuid?.() !== 0) this.skip();
    this.timeout(30 * 60_000);
    const work = mkdtempSync(path.join(os.tmpdir(), 'believe-bundle-test-'));
    try {
      const root = path.resolve('.');
      const [bundle] = await makeBundles({ root, out: work, platforms: ['linux-x64'], progress: () => {} });
      await runCommand('tar', ['-xzf', bundle!.file, '-C', work], LIMIT);
      const at = path.join(work, path.basename(bundle!.file, '.tar.gz'));
      const words = [
        '-n',
        'env',
        '-i',
        `HOME=${work}`,
        'PATH=/usr/bin:/bin',
        `BELIEVE_CACHE=${at}/cache`,
        `${at}/node/node`,
      ];
      const run = (...more: string[]) => runCommand('unshare', [...words, ...more], LIMIT);
      const doctor = await run(`${at}/bin/believe.mjs`, 'doctor', '--home', path.join(work, 'home'));
      assert.match(doctor.stdout, /^ok +node modules$/m);
      assert.match(doctor.stdout, /^ok +libxgboost +\S+ +\S+\/cache\/libxgboost/m);
      const head = (await runCommand('git', ['-C', root, 'rev-parse', 'HEAD'], LIMIT)).stdout.trim();
      assert.equal(readFileSync(path.join(at, 'code-commit'), 'utf8').trim(), head);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
});

function findIn(folder: string, name: RegExp): string {
  const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((one) =>
    name.test(one.split(path.sep).join('/')),
  );
  assert.ok(file, `${name}`);
  return path.join(folder, file);
}
