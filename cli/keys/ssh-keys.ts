import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { HANDWRITTEN_BYTES_MAX, readInputText } from '../../shared/node/disk/plain-file.js';
import type { OutsideKey } from '../../shared/trust/listed-key.js';
import { sshKeyInLine } from '../../shared/trust/ssh-key.js';
import { SSH_NAMESPACE } from '../../shared/trust/ssh-signature.js';

const ARMOUR = /^-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$/;

/**
 * OpenSSH keys in a folder, by their `.pub` files: they sign through ssh-keygen, which asks for a touch or a passphrase. Where
 * only the public half is here, ssh's agent is asked. Other files are passed over.
 */
export function sshKeysIn(folder: string): OutsideKey[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pub'))
    .sort()
    .flatMap((name) => {
      const file = path.join(folder, name);
      const keyid = keyidIn(file);
      return keyid === null ? [] : [{ keyid, sign: (message: Buffer) => signBySsh(file, message) }];
    });
}

function keyidIn(file: string): string | null {
  try {
    return sshKeyInLine(readInputText(file, HANDWRITTEN_BYTES_MAX)).keyid;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

function signBySsh(publicFile: string, message: Buffer): Buffer {
  const own = publicFile.slice(0, -'.pub'.length);
  const args = ['-Y', 'sign', '-n', SSH_NAMESPACE, '-f', existsSync(own) ? own : publicFile];
  const { status, stdout, error } = spawnSync('ssh-keygen', args, {
    input: message,
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (error)
    throw new Failure('NoSshKeygen', `ssh-keygen cannot be started: ${error.message}`, 'install OpenSSH 8.2 or newer');
  const [, text] = ARMOUR.exec(stdout) ?? [];
  if (status === 0 && text !== undefined) return Buffer.from(text, 'base64');
  throw new Failure(
    'SshDidNotSign',
    `ssh-keygen has not signed with ${publicFile} (exit code ${status})`,
    'touch the key when it asks, and see what it said above',
    { publicFile },
  );
}
