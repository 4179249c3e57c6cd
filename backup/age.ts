import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter } from 'age-encryption';
import { Failure, UsageFailure } from '../shared/failure.js';
import { backupDamaged } from './backup-failure.js';

/** For whom a backup is encrypted: public keys (`age1...`), or everyone who knows a passphrase. */
export interface Locks {
  readonly recipients: readonly string[];
  readonly passphrase: string | null;
}

/** What opens it: private keys (`AGE-SECRET-KEY-1...`), or a passphrase. */
export interface Openers {
  readonly identities: readonly string[];
  readonly passphrase: string | null;
}

/** Encrypts what flows, in memory that does not grow. @throws UsageFailure where a recipient is none */
export async function encrypted(plain: Readable, { recipients, passphrase }: Locks): Promise<Readable> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) addOr('recipient', () => encrypter.addRecipient(recipient));
  if (passphrase !== null) encrypter.setPassphrase(passphrase);
  return fromWeb(await encrypter.encrypt(toWeb(plain)));
}

/** @throws Failure 'BackupLocked' where nothing opens it, 'BackupDamaged' where it is no age file */
export async function decrypted(
  packed: Readable,
  { identities, passphrase }: Openers,
  file: string,
): Promise<Readable> {
  const decrypter = new Decrypter();
  for (const identity of identities) addOr('identity', () => decrypter.addIdentity(identity));
  if (passphrase !== null) decrypter.addPassphrase(passphrase);
  try {
    return fromWeb(await decrypter.decrypt(toWeb(packed)));
  } catch (error) {
    packed.destroy();
    if (!/no identity matched/.test((error as Error).message))
      throw backupDamaged(file, `it is no age file: ${(error as Error).message}`);
    throw new Failure(
      'BackupLocked',
      `${file} is encrypted for others`,
      'give the identity or passphrase that it was made for',
      {
        file,
      },
    );
  }
}

function addOr(what: string, add: () => void): void {
  try {
    add();
  } catch {
    // What was given may be a private key: it is not repeated.
    throw new UsageFailure(
      `a ${what} is none of age's`,
      what === 'identity' ? 'give a file of age-keygen' : 'give one such as age1...',
    );
  }
}

/** Lines of a file of recipients or identities, as age's own programs read it: # begins a comment. */
export function keyLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

type Bytes = Parameters<Encrypter['encrypt']>[0] & globalThis.ReadableStream;
const toWeb = (stream: Readable) => Readable.toWeb(stream) as unknown as Bytes;
const fromWeb = (stream: unknown) => Readable.fromWeb(stream as ReadableStream);
