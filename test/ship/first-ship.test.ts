import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';
import { unlistedFiles } from '../formats/unlisted-files.js';
import { TestHome } from './test-home.js';

interface Report {
  workflowId: string;
  release: string;
  counter: number;
  held: boolean;
  swappedAtMarketTime: string;
  swapLog: string;
  modelCard: string;
  artefacts: { tarball: string; envelope: string; publicKeys: string[] };
  stages: { stage: string; seconds: number }[];
}

describe('the first ship on the SYNTHETIC market', function () {
  this.timeout(300_000);
  let testHome: TestHome;
  let report: Report;

  before(async () => {
    testHome = await TestHome.open();
    const { code, stdout, stderr } = await testHome.believe('up', '--once', '--json');
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trimEnd().split('\n').length, 1, 'one line on stdout');
    report = JSON.parse(stdout) as Report;
  });
  after(() => testHome.close());

  it('passes the gate and is live at an RTH open, with every artefact in place', () => {
    assert.deepEqual([report.release, report.counter, report.held], ['believe-v1', 1, false]);
    // A second of the machine's time is a minute here, and the bridge verifies once more before it swaps.
    assert.match(report.swappedAtMarketTime, /T1[34]:3[0-4]:/);
    for (const file of [report.swapLog, report.modelCard, report.artefacts.tarball, report.artefacts.envelope]) {
      assert.ok(existsSync(file), file);
    }
    assert.match(readFileSync(report.modelCard, 'utf8'), /SYNTHETIC/);
    const stages = report.stages.map(({ stage }) => stage);
    for (const stage of [
      'Retraining',
      'Gating',
      'Signing',
      'Pushing',
      'Verifying',
      'AwaitingOpen',
      'Swapping',
      'Observing',
    ]) {
      assert.ok(stages.includes(stage), stage);
    }
  });

  it('leaves files of listed formats alone, each of the version that its format has today', () => {
    assert.deepEqual(unlistedFiles(testHome.home), []);
  });

  it('leaves one line in the swap log, for the release that was signed', () => {
    const swaps = testHome.swaps();
    assert.equal(swaps.length, 1);
    assert.equal(swaps[0]!.outcome, 'swapped');
    assert.equal(swaps[0]!.heads.length, HEAD_NAMES.length);
    assert.ok(swaps[0]!.goldenRowsChecked > 0);
  });

  it('leaves a home that is for its owner only: database, logs, journals, keys', function () {
    if (process.platform === 'win32') this.skip();
    const isPublished = (name: string) => /^research.published/.test(name);
    const open = readdirSync(testHome.home, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !isPublished(name) && (statSync(path.join(testHome.home, name)).mode & 0o077) !== 0,
    );
    assert.deepEqual(open, []);
    assert.equal(statSync(testHome.home).mode & 0o777, 0o700);
  });

  it('verifies with the command, and with openssl alone', async () => {
    const { tarball, envelope, publicKeys } = report.artefacts;
    const root = path.join(testHome.home, 'broker', 'trust');
    const good = await believeVerify(tarball, envelope, root);
    assert.deepEqual([good.status, JSON.parse(good.stdout).ok], [0, true]);

    const { payloadType, payload, signatures } = JSON.parse(readFileSync(envelope, 'utf8')) as {
      payloadType: string;
      payload: string;
      signatures: { sig: string }[];
    };
    const body = Buffer.from(payload, 'base64');
    const file = (name: string) => path.join(testHome.home, name);
    writeFileSync(
      file('pae'),
      Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]),
    );
    writeFileSync(file('sig'), Buffer.from(signatures[0]!.sig, 'base64'));
    const args = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      publicKeys[0]!,
      '-rawin',
      '-in',
      file('pae'),
      '-sigfile',
      file('sig'),
    ];
    const openssl = spawnSync('openssl', args, { encoding: 'utf8' });
    assert.match(openssl.stdout, /Verified Successfully/);
  });

  it('is refused when one byte of the tarball or of the envelope is another', async () => {
    const { tarball, envelope } = report.artefacts;
    const root = path.join(testHome.home, 'broker', 'trust');
    for (const [original, isTarball] of [
      [tarball, true],
      [envelope, false],
    ] as const) {
      const bytes = readFileSync(original);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = bytes[at]! ^ 1;
      const flipped = path.join(testHome.home, 'flipped');
      writeFileSync(flipped, bytes);
      const refused = await believeVerify(isTarball ? flipped : tarball, isTarball ? envelope : flipped, root);
      const said = JSON.parse(refused.stdout) as { ok: boolean; reason: string };
      assert.equal(refused.status, 1);
      assert.equal(said.ok, false);
      assert.ok(said.reason.length > 0);
    }
  });

  it('is followed by an improved model that replaces it, when the set-up stays up', async () => {
    const up = testHome.start('up', '--recipe', 'improved');
    await up.until(/LIVE|HELD|held:|Rejected|Failed|RolledBack|Refused|Aborted/);
    const { stderr, code } = await up.stop();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /LIVE \(SYNTHETIC data\): believe-v2/);
    const swaps = testHome.swaps();
    assert.deepEqual(
      swaps.map(({ modelVersion, priorModelVersion }) => [modelVersion, priorModelVersion]),
      [
        [1, null],
        [2, 1],
      ],
    );
  });

  function believeVerify(tarball: string, envelope: string, root: string) {
    const args = ['release', 'verify', tarball, '--envelope', envelope, '--root', root, '--json'];
    return spawnSync(process.execPath, [path.resolve('dist/cli/main.js'), ...args], { encoding: 'utf8' });
  }
});
