import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { operatorKeysIn } from '../../cli/keys/operator-key.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { addOperator } from '../../research/release/operators.js';
import { cosignEnvelope, preAuthEncoding, signEnvelope, verifySignatures } from '../../shared/trust/dsse.js';
import { hasSigned, listedBytes, listedKey } from '../../shared/trust/listed-key.js';
import { readRoot, signRoot } from '../../shared/trust/root.js';
import { SK_SSH_ED25519, type SshKey, sshKey, sshKeyInLine } from '../../shared/trust/ssh-key.js';
import { isSshSignature, SSH_NAMESPACE, signedData } from '../../shared/trust/ssh-signature.js';
import { sshString } from '../../shared/trust/ssh-wire.js';
import { cargoOf, SigningTable } from '../attacks/signing-table.js';
import { KEYS, rootMetadataOf, temporaryFolder } from './release-fixture.js';

const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
/** OpenSSH's own device for tests: Debian's package openssh-tests, or a path in the environment. */
const SK_DUMMY = [process.env.BELIEVE_SK_PROVIDER ?? '', '/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so'].find(
  (file) => file !== '' && existsSync(file),
);
const MESSAGE = preAuthEncoding('application/vnd.believe.decision+json', Buffer.from('{"verdict":"approve"}'));

describe('signatures of OpenSSH', () => {
  const folder = temporaryFolder();

  for (const type of ['ed25519', 'ed25519-sk'] as const)
    describe(`made by ssh-keygen with a key of type ${type}`, function () {
      this.timeout(60_000);
      before(function () {
        if (spawnSync('ssh-keygen', ['-?']).error) {
          process.stdout.write('      pending: there is no ssh-keygen here (Debian: openssh-client)\n');
          this.skip();
        }
        if (type === 'ed25519-sk' && SK_DUMMY === undefined) {
          process.stdout.write('      pending: there is no sk-dummy.so here (Debian: openssh-tests)\n');
          this.skip();
        }
      });
      const withDevice = <T>(work: () => T): T => {
        const before = process.env.SSH_SK_PROVIDER;
        if (SK_DUMMY !== undefined) process.env.SSH_SK_PROVIDER = SK_DUMMY;
        try {
          return work();
        } finally {
          if (before === undefined) delete process.env.SSH_SK_PROVIDER;
          else process.env.SSH_SK_PROVIDER = before;
        }
      };
      const generate = (name = 'id'): { keys: string; line: string } => {
        const keys = path.join(folder(), 'keys');
        mkdirSync(keys, { recursive: true });
        const args = ['-q', '-t', type, '-N', '', '-C', 'bob@desk', '-f', path.join(keys, name)];
        const { status, stderr } = withDevice(() => spawnSync('ssh-keygen', args, { encoding: 'utf8' }));
        assert.equal(status, 0, stderr);
        return { keys, line: readFileSync(path.join(keys, `${name}.pub`), 'utf8') };
      };
      const believe = (...args: string[]) =>
        withDevice(() => spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' }));

      it('count for the key that made them, and with one bit flipped for none', () => {
        const { keys, line } = generate();
        const [key] = operatorKeysIn(keys);
        const signed = withDevice(() => signEnvelope('decision', Buffer.from('{}'), [key!]));
        const listed = sshKeyInLine(line);
        assert.equal(key!.keyid, listed.keyid);
        assert.deepEqual(verifySignatures(signed, [listed], 1).keyIds, [listed.keyid]);
        const message = preAuthEncoding('decision', Buffer.from('{}'));
        const signature = Buffer.from(signed.signatures[0]!.sig, 'base64');
        assert.equal(isSshSignature(listed, message, signature), true);
        for (let bit = 0; bit < 8 * signature.length; bit += 3) {
          const flipped = Buffer.from(signature);
          flipped[bit >> 3]! ^= 1 << (bit & 7);
          assert.equal(isSshSignature(listed, message, flipped), false, `bit ${bit}`);
        }
        assert.equal(isSshSignature(listed, Buffer.concat([message, Buffer.from(' ')]), signature), false);
        assert.equal(isSshSignature(listed, message, Buffer.concat([signature, Buffer.alloc(1)])), false);
      });

      it('count nothing where they were made for git, or with another hash', () => {
        const { keys, line } = generate();
        const file = path.join(folder(), 'message');
        writeFileSync(file, MESSAGE);
        const made = (...more: string[]) => {
          const args = ['-Y', 'sign', '-f', path.join(keys, 'id'), ...more];
          const { stdout } = withDevice(() => spawnSync('ssh-keygen', args, { input: MESSAGE, encoding: 'utf8' }));
          return Buffer.from(stdout.replace(/-----.*-----/g, ''), 'base64');
        };
        const listed = sshKeyInLine(line);
        assert.equal(isSshSignature(listed, MESSAGE, made('-n', SSH_NAMESPACE)), true);
        assert.equal(isSshSignature(listed, MESSAGE, made('-n', 'git')), false);
        assert.equal(isSshSignature(listed, MESSAGE, made('-n', SSH_NAMESPACE, '-O', 'hashalg=sha256')), false);
      });

      it('let a held ship go, in the command, in the signer, and beside an operator of another kind', async () => {
        const table = new SigningTable(path.join(folder(), 'home'));
        const { keys } = generate();
        const file = path.join(keys, 'id.pub');
        const home = ['--home', table.home];
        const added = believe('operators', 'add', '--name', 'bob', '--public-key', file, '--threshold', '2', ...home);
        assert.equal(added.status, 0, added.stderr);
        const held = await cargoOf('ship/1~0a1b2c3d', { edge: false });
        const ofAnn = table.approvalOf(held);
        await assert.rejects(table.sign(held, ofAnn), { fault: 'signature' });
        const [bob] = operatorKeysIn(keys);
        const both = { ...ofAnn, signed: withDevice(() => cosignEnvelope(ofAnn.signed, bob!)) };
        assert.ok(await table.sign(held, both));
      });
    });

  describe('of a device', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();
    const keyFor = (application: string) =>
      Buffer.concat([sshString(SK_SSH_ED25519), sshString(raw), sshString(application)]);

    /** As a device and ssh-keygen make one; a test changes what the device was told. */
    function made({ application = 'ssh:', flags = 1, namespace = SSH_NAMESPACE, blob = keyFor('ssh:') } = {}): Buffer {
      const tail = Buffer.from([flags, 0, 0, 0, 7]);
      const data = Buffer.concat([sha256(application), tail, sha256(signedData(MESSAGE, namespace))]);
      const signature = Buffer.concat([sshString(SK_SSH_ED25519), sshString(sign(null, data, privateKey)), tail]);
      const parts = [blob, namespace, '', 'sha512', signature].map((part) => sshString(part));
      return Buffer.concat([Buffer.from('SSHSIG'), Buffer.from([0, 0, 0, 1]), ...parts]);
    }
    const key = (): SshKey => sshKey(keyFor('ssh:'));

    it('count where somebody touched it, with or without a PIN', () => {
      assert.equal(isSshSignature(key(), MESSAGE, made()), true);
      assert.equal(isSshSignature(key(), MESSAGE, made({ flags: 5 })), true);
    });

    it('count nothing without a touch, with flags that nobody knows, for another application or namespace', () => {
      for (const changes of [
        { flags: 0 },
        { flags: 4 },
        { flags: 0x41 },
        { application: 'ssh:other' },
        { application: 'https://bank.example' },
        { namespace: 'git' },
        { blob: keyFor('ssh:other') },
      ])
        assert.equal(isSshSignature(key(), MESSAGE, made(changes)), false, JSON.stringify(changes));
    });

    it('cannot be listed by a key that was made for a web site', () => {
      assert.throws(() => sshKey(keyFor('https://bank.example')), /no kind that is taken here/);
      assert.throws(() => sshKey(keyFor('ssh:').subarray(0, 40)), /cut off/);
      assert.throws(() => sshKeyInLine('ssh-rsa AAAA bob'), /no public key of type/);
    });
  });

  it('are for operators: a root that lists such a key for releases is none', () => {
    const blob = Buffer.concat([sshString('ssh-ed25519'), sshString(KEYS.stranger.spkiDer.subarray(-32))]);
    const key = listedKey(blob);
    const metadata = rootMetadataOf();
    const roles = { ...metadata.roles, release: { keyids: [key.keyid], threshold: 1 } };
    const keys = { ...metadata.keys, [key.keyid]: listedBytes(key).toString('base64') };
    assert.throws(
      () => readRoot(signRoot({ ...metadata, keys, roles }, [KEYS.rootA, KEYS.rootB])),
      /for operators only/,
    );
  });

  it('do not make two operators of one key in two forms', () => {
    const table = new SigningTable(path.join(folder(), 'home'));
    const [ann] = table.keys('operator');
    const sameKey = listedKey(Buffer.concat([sshString('ssh-ed25519'), sshString(ann!.spkiDer.subarray(-32))]));
    const places = keyPlaces(table.home);
    const add = () => addOperator(places, { name: 'again', publicKey: sameKey, threshold: 2, nextCounter: 1 });
    assert.throws(add, /is listed in two forms/);
  });

  it('of plain keys are none for an OpenSSH key, and the other way round', () => {
    const blob = Buffer.concat([sshString('ssh-ed25519'), sshString(KEYS.ann.spkiDer.subarray(-32))]);
    const { signatures } = signEnvelope('decision', Buffer.from('{}'), [KEYS.ann]);
    const message = preAuthEncoding('decision', Buffer.from('{}'));
    assert.equal(hasSigned(listedKey(blob), message, Buffer.from(signatures[0]!.sig, 'base64')), false);
    assert.equal(hasSigned(listedKey(KEYS.ann.spkiDer), message, Buffer.from(signatures[0]!.sig, 'base64')), true);
  });
});
