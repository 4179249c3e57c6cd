import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decrypted } from '../../backup/age.js';
import { KEEPS_NOTHING, readBackup } from '../../backup/read-archive.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { backUp, IDENTITY, OPENERS, RECIPIENT } from './backup-home.js';

const AGE = 'filippo.io/age/cmd/age@v1.3.2';

describe("age's own program and ours", () => {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);
  let bin = '';
  before(function () {
    this.timeout(180_000);
    bin = mkdtempSync(path.join(os.tmpdir(), 'believe-age-'));
    const built = spawnSync('go', ['install', AGE], {
      encoding: 'utf8',
      timeout: 150_000,
      env: { ...process.env, GOBIN: bin },
    });
    if (built.status === 0) return;
    process.stderr.write(
      `    skipped: no age to compare with: ${built.error?.message ?? built.stderr.trim().slice(-200)}\n`,
    );
    this.skip();
  });
  after(() => rmSync(bin, { recursive: true, force: true }));
  const age = (...args: string[]) => {
    const done = spawnSync(path.join(bin, 'age'), args, { encoding: 'buffer', maxBuffer: 2 ** 26 });
    assert.equal(done.status, 0, done.stderr.toString());
    return done.stdout;
  };

  it('open what the other has written', async () => {
    mkdirSync(at('home'));
    writeFileSync(at('home/a.bin'), Buffer.alloc(500_000, 5));
    writeFileSync(at('key'), `# a comment\n${IDENTITY}\n`, { mode: 0o600 });
    const { file } = await backUp(at('home'), at('backups'));
    const plain = age('--decrypt', '--identity', at('key'), file);
    await pipeline(await decrypted(createReadStream(file), OPENERS, file), createWriteStream(at('ours.tar')));
    assert.ok(plain.equals(readFileSync(at('ours.tar'))));
    writeFileSync(at('theirs.tar.age'), age('--encrypt', '--recipient', RECIPIENT, at('ours.tar')));
    const { manifest } = await readBackup(at('theirs.tar.age'), OPENERS, KEEPS_NOTHING);
    assert.deepEqual(
      manifest.files.map(({ path: place }) => place),
      ['a.bin'],
    );
  });
});
