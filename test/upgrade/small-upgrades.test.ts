import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createGzip } from 'node:zlib';
import tar from 'tar-stream';
import { checksums } from '../../deploy/bundle/archive.js';
import { Builds } from '../../deploy/upgrade/builds.js';
import { endDrained, goBack, upgradeHost } from '../../deploy/upgrade/upgrade-host.js';
import { upgradeStatus } from '../../deploy/upgrade/upgrade-status.js';
import { fileSha256 } from '../../setup/file-sha256.js';
import { nameOf, SmallHost } from './small-host.js';

describe('an upgrade of a host', () => {
  let small: SmallHost;
  beforeEach(async function () {
    if (process.platform === 'win32') this.skip(); // links need a right there that tests do not have
    small = new SmallHost();
    await small.makeBuild(small.program, { commit: 'a', workflows: 'w1' });
    await small.makeBuild(small.at('b'), { commit: 'b', workflows: 'w2' });
  });
  afterEach(() => small?.remove());

  const [A, B, C] = ['a', 'b', 'c'].map(nameOf) as [string, string, string];
  const upgrade = (source: string, force = false) => upgradeHost(small.host(), source, force);
  const refusedBecause = (message: RegExp, type = 'UpgradeRefused') => ({ name: type, message });
  const isUntouched = () => {
    assert.ok(lstatSync(small.program).isDirectory());
    assert.deepEqual(small.asked, []);
  };

  it('puts builds side by side, switches, restarts, and lets new ships start on the new one last', async () => {
    assert.deepEqual(await upgrade(small.at('b')), { build: B, former: A, forced: [], drained: [A] });
    assert.equal(readlinkSync(small.program), small.builds.pathOf(B));
    assert.deepEqual(small.asked, [
      `keep believe-orchestrator@${A}`,
      'restart believe-research',
      'restart believe-orchestrator',
      'current w2',
      `end believe-orchestrator@${A}`,
    ]);
  });

  it('lets every user read the new build, whatever this process lets read of what it makes', async () => {
    const before = process.umask(0o077);
    try {
      await upgrade(small.at('b'));
    } finally {
      process.umask(before);
    }
    const modes = [small.builds.folder, small.builds.pathOf(B), ...filesBelow(small.builds.pathOf(B))].map(
      (file) => statSync(file).mode & 0o055,
    );
    assert.ok(modes.length > 3 && modes.every((mode) => (mode & 0o044) === 0o044), modes.join());
  });

  it('takes an archive by its hash', async () => {
    const archive = await small.pack(small.at('b'));
    rmSync(small.at('b'), { recursive: true });
    assert.equal((await upgrade(archive)).build, B);
    assert.ok(!small.placed().includes('.incoming'));
  });

  it('changes nothing where a byte, a file or a hash is another one', async () => {
    const archive = await small.pack(small.at('b'));
    appendFileSync(archive, 'x');
    await assert.rejects(upgrade(archive), refusedBecause(/its sha256 is not that of/, 'BundleDamaged'));
    rmSync(`${archive}.sha256`);
    await assert.rejects(
      upgrade(archive),
      refusedBecause(/there is no b[.]tar[.]gz[.]sha256 beside it/, 'BundleDamaged'),
    );
    const wrong: [what: RegExp, damage: (folder: string) => void][] = [
      [
        /dist\/shared\/line[.]js is another file/,
        (folder) => appendFileSync(path.join(folder, 'dist/shared/line.js'), ' '),
      ],
      [/code-commit is another file/, (folder) => writeFileSync(path.join(folder, 'code-commit'), 'd'.repeat(12))],
      [/cache\/library-1\/lib[.]so is missing/, (folder) => rmSync(path.join(folder, 'cache/library-1/lib.so'))],
      [/dist\/more[.]js is not in SHA256SUMS/, (folder) => writeFileSync(path.join(folder, 'dist/more.js'), '')],
      [/there is no SHA256SUMS/, (folder) => rmSync(path.join(folder, 'SHA256SUMS'))],
      [/linked is no plain file/, (folder) => symlinkSync('/etc/passwd', path.join(folder, 'linked'))],
    ];
    for (const [message, damage] of wrong) {
      rmSync(small.at('damaged'), { recursive: true, force: true });
      small.copy(small.at('b'), small.at('damaged'));
      damage(small.at('damaged'));
      await assert.rejects(upgrade(small.at('damaged'), true), refusedBecause(message, 'BundleDamaged'));
    }
    isUntouched();
  });

  it('writes nothing outside of a build, whatever an archive names', async () => {
    for (const [name, type, message] of [
      ['b/../../outside', 'file', /is no name of a file in a bundle/],
      ['outside', 'file', /is no name of a file in a bundle/],
      ['b/link', 'symlink', /is a symlink/],
    ] as const) {
      const archive = small.at('hostile.tar.gz');
      const pack = tar.pack();
      if (type === 'symlink') pack.entry({ name, type, linkname: '/etc' });
      else pack.entry({ name }, 'x');
      pack.finalize();
      const bytes: Buffer[] = [];
      for await (const chunk of pack.pipe(createGzip())) bytes.push(chunk as Buffer);
      writeFileSync(archive, Buffer.concat(bytes));
      writeFileSync(`${archive}.sha256`, `${await fileSha256(archive)}  hostile.tar.gz\n`);
      await assert.rejects(upgrade(archive), refusedBecause(message, 'BundleDamaged'));
    }
    assert.ok(!existsSync(small.at('outside')));
    isUntouched();
  });

  it('refuses another build of the same version and commit', async () => {
    await upgrade(small.at('b'));
    await small.makeBuild(small.at('other'), { commit: 'b', workflows: 'w3' });
    await assert.rejects(upgrade(small.at('other')), refusedBecause(/is another build than/));
  });

  it('refuses formats that go back, another Node and what the host says, unless forced', async () => {
    await small.makeBuild(small.program, { commit: 'a', format: 2 });
    await small.makeBuild(small.at('b'), { commit: 'b', node: '^26.0.0' });
    small.refusals = ['the bridge has a position of 2'];
    const reasons = [
      /services' Node is \d+[.]\d+[.]\d+ .*; the build needs \^26[.]0[.]0/,
      /shared\/line goes back from version 2 to 1/,
      /the bridge has a position of 2/,
    ];
    for (const reason of reasons) await assert.rejects(upgrade(small.at('b')), refusedBecause(reason));
    isUntouched();
    const { forced } = await upgrade(small.at('b'), true);
    assert.deepEqual(
      forced.map((one, at) => reasons[at]!.test(one)),
      [true, true, true],
    );
  });

  it('refuses a build that does not run here', async () => {
    await small.makeBuild(small.at('c'), { commit: 'c' });
    rmSync(small.at('c', 'SHA256SUMS'));
    writeFileSync(small.at('c', 'dist/cli/main.js'), 'throw new Error("made for another machine");\n');
    writeFileSync(small.at('c', 'SHA256SUMS'), await checksums(small.at('c')));
    await assert.rejects(upgrade(small.at('c')), refusedBecause(/does not run here: /));
    isUntouched();
  });

  it('keeps the worker of a build as long as a run or the server says so', async () => {
    small.uses.set('w1', { state: 'draining', runs: [] });
    assert.deepEqual((await upgrade(small.at('b'))).drained, []);
    small.uses.set('w1', { state: 'drained', runs: ['ship/a'] });
    assert.deepEqual(await endDrained(small.host()), []);
    small.uses.set('w1', { state: 'drained', runs: [] });
    assert.deepEqual(await endDrained(small.host()), [A]);
  });

  it('ends no worker of a build that somebody has taken away', async () => {
    small.uses.set('w1', { state: 'draining', runs: ['ship/a'] });
    await upgrade(small.at('b'));
    rmSync(small.builds.pathOf(A), { recursive: true });
    await assert.rejects(endDrained(small.host()), refusedBecause(/0[.]1[.]0-a{12} is gone/));
    assert.ok(!small.asked.includes(`end believe-orchestrator@${A}`));
  });

  it('keeps the build before, and removes those before it when nothing holds them', async () => {
    small.uses.set('w1', { state: 'draining', runs: ['ship/a'] });
    await upgrade(small.at('b'));
    await small.makeBuild(small.at('c'), { commit: 'c', workflows: 'w2' });
    await upgrade(small.at('c'));
    const { builds, current, former } = await upgradeStatus(small.host());
    assert.deepEqual([current, former], [C, B]);
    assert.deepEqual(
      builds.map(({ build, is, drains }) => [build, is, drains]),
      [
        [C, 'current', false],
        [A, 'spare', true],
        [B, 'former', false],
      ],
    );
    small.uses.set('w1', { state: 'drained', runs: [] });
    assert.deepEqual(await endDrained(small.host()), [A]);
    assert.deepEqual(small.builds.names(), [B, C]);
  });

  it('goes back, from the end and from the middle, and not to what was changed', async () => {
    await assert.rejects(goBack(small.host(), false), refusedBecause(/nothing was upgraded here/));
    small.loseOrchestrator();
    await assert.rejects(upgrade(small.at('b')), refusedBecause(/does not run on the new build/, 'UpgradeStuck'));
    assert.equal((await upgradeStatus(small.host())).underWayTo, B);
    await small.makeBuild(small.at('c'), { commit: 'c' });
    await assert.rejects(upgrade(small.at('c')), refusedBecause(/the way to 0[.]1[.]0-b{12} is not at its end/));
    await small.host().services.keep('believe-orchestrator');
    assert.equal((await goBack(small.host(), false)).build, A);
    assert.equal((await goBack(small.host(), false)).build, A);
    assert.equal(readlinkSync(small.program), small.builds.pathOf(A));

    await upgrade(small.at('b'));
    appendFileSync(path.join(small.builds.pathOf(A), 'dist/shared/line.js'), ' ');
    await assert.rejects(goBack(small.host(), true), refusedBecause(/line[.]js is another file/, 'BundleDamaged'));
    assert.equal(small.builds.current(), B);
  });

  it('asks again whether the host may be touched when an upgrade that was cut goes on', async () => {
    small.loseOrchestrator();
    await assert.rejects(upgrade(small.at('b')), refusedBecause(/does not run/, 'UpgradeStuck'));
    small.refusals = ['these are regular hours'];
    await assert.rejects(upgrade(small.at('b')), refusedBecause(/these are regular hours/));
  });

  it('does not restart again what has the new build already', async () => {
    small.loseOrchestrator();
    await assert.rejects(upgrade(small.at('b')), refusedBecause(/does not run/, 'UpgradeStuck'));
    await small.host().services.keep('believe-orchestrator');
    assert.equal((await upgrade(small.at('b'))).build, B);
    assert.equal(small.asked.filter((one) => one === 'restart believe-research').length, 1);
  });

  it('ends a switch that was cut between two renames', async () => {
    const target = small.builds.pathOf(A);
    small.copy(small.program, target);
    rmSync(small.program, { recursive: true });
    assert.throws(() => small.builds.current(), refusedBecause(/there is nothing at/));
    symlinkSync(target, `${small.program}.next`);
    assert.equal(new Builds(small.program).current(), A);
    assert.equal(readlinkSync(small.program), target);
  });
});

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
