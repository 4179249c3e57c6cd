import { createHash, verify } from 'node:crypto';
import { SK_SSH_ED25519, SSH_ED25519, type SshKey } from './ssh-key.js';
import { SshWire, sshString } from './ssh-wire.js';

/** What `ssh-keygen -Y sign -n` is told: a signature that the same key made for git or for mail counts nothing here. */
export const SSH_NAMESPACE = 'believe';

const MAGIC = Buffer.from('SSHSIG');
const HASH = 'sha512';
const SIGNATURE_BYTES = 64;
/** Somebody touched the device; and perhaps gave a PIN or a finger. */
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/**
 * Whether an OpenSSH signature (PROTOCOL.sshsig, PROTOCOL.u2f) of our namespace over a message is by this key; by a key in a
 * device only where somebody was present. Nothing of ssh is needed to see it. There is one form: no other hash, no bytes behind.
 */
export function isSshSignature(key: SshKey, message: Buffer, bytes: Buffer): boolean {
  try {
    const wire = new SshWire(bytes);
    if (!wire.take(MAGIC.length).equals(MAGIC) || wire.uint32() !== 1) return false;
    const [blob, namespace, reserved, hash, signature] = [
      wire.string(),
      wire.string().toString('latin1'),
      wire.string(),
      wire.string().toString('latin1'),
      wire.string(),
    ];
    if (!wire.isAtEnd || !blob.equals(key.blob)) return false;
    if (namespace !== SSH_NAMESPACE || reserved.length > 0 || hash !== HASH) return false;
    return isBy(key, signedData(message), signature);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The bytes that ssh-keygen has a key sign for a message. */
export function signedData(message: Buffer, namespace = SSH_NAMESPACE): Buffer {
  const digest = createHash(HASH).update(message).digest();
  return Buffer.concat([MAGIC, sshString(namespace), sshString(''), sshString(HASH), sshString(digest)]);
}

function isBy({ publicKey, application }: SshKey, data: Buffer, signature: Buffer): boolean {
  const wire = new SshWire(signature);
  const type = wire.string().toString('latin1');
  const raw = wire.string();
  if (raw.length !== SIGNATURE_BYTES) return false;
  if (application === null) return type === SSH_ED25519 && wire.isAtEnd && verify(null, data, publicKey, raw);
  const flagsAndCounter = wire.take(5);
  if (type !== SK_SSH_ED25519 || !wire.isAtEnd) return false;
  const flags = flagsAndCounter[0]!;
  if ((flags & ~USER_VERIFIED) !== USER_PRESENT) return false;
  const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();
  return verify(null, Buffer.concat([sha256(application), flagsAndCounter, sha256(data)]), publicKey, raw);
}
