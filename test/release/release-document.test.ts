import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { REFUSAL_REASONS } from '../../shared/trust/refusal.js';
import { homeFolders, sha256, temporaryFolder } from './release-fixture.js';
import { holdCeremony, shipRelease } from './release-work.js';

const DOCUMENT = fileURLToPath(new URL('../../../docs/release.md', import.meta.url));

/** The commands that the document tells a stranger to paste. */
function documentedCommands(): string {
  const section = readFileSync(DOCUMENT, 'utf8').split('## Check a release without our code')[1]!.split('\n## ')[0]!;
  return [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).join('');
}

describe('the table of attacks', () => {
  it('names every reason for which a release is refused', () => {
    const document = readFileSync(DOCUMENT, 'utf8');
    for (const reason of REFUSAL_REASONS) assert.ok(document.includes(`\`${reason}\``), reason);
  });
});

describe('the documented openssl commands', () => {
  const folder = temporaryFolder();

  async function check(tamper: (folder: string) => void = () => {}) {
    const home = path.join(folder(), 'home');
    holdCeremony(home);
    await shipRelease(home, 'ship/1');
    const { moduleFolder, trustFolder } = homeFolders(home);
    const audit = path.join(folder(), 'audit');
    mkdirSync(audit);
    for (const name of ['believe-v1.tar.gz', 'believe-v1.dsse.json']) {
      copyFileSync(path.join(moduleFolder, name), path.join(audit, name));
    }
    const key = readdirSync(trustFolder).find((name) => name.endsWith('.pub.pem'))!;
    copyFileSync(path.join(trustFolder, key), path.join(audit, key));
    tamper(audit);
    const script = `set -e\nN=1\nKEY=${key}\n${documentedCommands()}`;
    const run = spawnSync('bash', ['-c', script], { cwd: audit, encoding: 'utf8' });
    return { status: run.status, lines: run.stdout.trim().split('\n'), said: run.stderr, audit };
  }

  it('accept a good release and print the hashes that belong together', async () => {
    const { status, lines, said, audit } = await check();
    assert.equal(status, 0, said);
    const [verdict, keyid, signedKeyid, tarball, signedTarball, ...files] = lines;
    assert.match(verdict!, /Signature Verified Successfully/);
    assert.equal(keyid, signedKeyid);
    assert.equal(tarball, signedTarball);
    assert.equal(tarball, sha256(readFileSync(path.join(audit, 'believe-v1.tar.gz'))));
    assert.equal(files.length, 4);
    for (const line of files) assert.match(line, /: OK$/);
  });

  it('refuse an envelope with one changed byte in the payload', async () => {
    const { status, lines } = await check((audit) => {
      const file = path.join(audit, 'believe-v1.dsse.json');
      const envelope = JSON.parse(readFileSync(file, 'utf8')) as { payload: string };
      const payload = Buffer.from(envelope.payload, 'base64');
      payload[100]! ^= 1;
      writeFileSync(file, JSON.stringify({ ...envelope, payload: payload.toString('base64') }));
    });
    assert.notEqual(status, 0);
    assert.match(lines.join('\n'), /Signature Verification Failure/);
  });
});
