import { createHash, type KeyObject } from 'node:crypto';
import { BadKey, publicKeyOf } from './ed25519-key.js';
import { SshWire } from './ssh-wire.js';

export const SSH_ED25519 = 'ssh-ed25519';
export const SK_SSH_ED25519 = 'sk-ssh-ed25519@openssh.com';

/** An OpenSSH public key. `sk-` keys live in a device that signs only while somebody touches it. */
export interface SshKey {
  /** sha256 of `blob`. */
  readonly keyid: string;
  /** The key as OpenSSH writes it: the second word of its line, and what a root of trust lists. */
  readonly blob: Buffer;
  readonly publicKey: KeyObject;
  /** What an `sk-` key was made for; null for one that is a file. */
  readonly application: string | null;
}

/** Made for ssh, and not for a web site: a browser can ask the device for a signature of one of those. */
const APPLICATION = /^ssh:[\x21-\x7e]{0,100}$/;

/** Whether these bytes are an OpenSSH key of a kind that is taken here. */
export function isSshKey(blob: Buffer): boolean {
  return [SSH_ED25519, SK_SSH_ED25519].some((type) => blob.subarray(4, 4 + type.length).toString('latin1') === type);
}

/** @throws BadKey */
export function sshKey(blob: Buffer): SshKey {
  try {
    const wire = new SshWire(blob);
    const type = wire.string().toString('latin1');
    const raw = wire.string();
    const application = type === SK_SSH_ED25519 ? wire.string().toString('latin1') : null;
    const isTaken = type === SSH_ED25519 || (application !== null && APPLICATION.test(application));
    if (!isTaken || raw.length !== 32 || !wire.isAtEnd)
      throw new BadKey(`an OpenSSH key is of no kind that is taken here`);
    const keyid = createHash('sha256').update(blob).digest('hex');
    return { keyid, blob, publicKey: publicKeyOf(raw), application };
  } catch (error) {
    if (error instanceof BadKey) throw error;
    throw new BadKey('an OpenSSH key is cut off');
  }
}

/**
 * A line of a `.pub` file: type, key, comment.
 * @throws BadKey for other kinds, such as RSA, and for keys of a device that were made for a web site
 */
export function sshKeyInLine(line: string): SshKey {
  const [type, text = ''] = line.trim().split(/\s+/);
  const blob = Buffer.from(text, 'base64');
  if ((type !== SSH_ED25519 && type !== SK_SSH_ED25519) || blob.toString('base64') !== text)
    throw new BadKey(`a line is no public key of type ${SSH_ED25519} or ${SK_SSH_ED25519}`);
  const key = sshKey(blob);
  if ((key.application !== null) !== (type === SK_SSH_ED25519))
    throw new BadKey('a line names another type than its key');
  return key;
}
