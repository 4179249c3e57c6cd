import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../failure.js';
import { type SigningKey, signingKeyFromPem, signingKeyPem } from '../../trust/ed25519-key.js';
import type { RoleName, TrustedRoot } from '../../trust/root.js';
import { createFile } from '../disk/create-file.js';
import { readPrivateFile } from '../process/private-files.js';

/** A measuring key is of no role of the root: the signer alone knows whose measurements count. */
export type KeyKind = RoleName | 'measuring';

const SUFFIX = '.key.pem';

/** Stores a private key as `<role>-<first 16 digits of keyid>.key.pem`, readable by its owner only. */
export function writeSigningKey(folder: string, role: KeyKind, key: SigningKey): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const file = path.join(folder, `${role}-${key.keyid.slice(0, 16)}${SUFFIX}`);
  createFile(file, signingKeyPem(key), 0o600);
  return file;
}

/**
 * All private keys of a role in a folder, by file name.
 * @param passphrase of those that are encrypted
 * @throws Failure 'KeyExposed' where others can read one
 */
export function readSigningKeys(folder: string, role: KeyKind, passphrase?: string): SigningKey[] {
  return signingKeyFiles(folder, role).map((file) =>
    signingKeyFromPem(readPrivateFile(file).toString('utf8'), passphrase),
  );
}

/**
 * The keys to sign with: those of the folder that the root lists for the role, as many as its threshold asks for.
 * @throws NoSigningKey
 */
export function signersOf(folder: string, role: RoleName, root: TrustedRoot, passphrase?: string): SigningKey[] {
  const { threshold, keys } = root.roles[role];
  const listed = new Set(keys.map(({ keyid }) => keyid));
  const signers = readSigningKeys(folder, role, passphrase).filter(({ keyid }) => listed.has(keyid));
  if (signers.length < threshold) throw new NoSigningKey(folder, role, signers.length, threshold);
  return signers.slice(0, threshold);
}

export class NoSigningKey extends Failure {
  constructor(folder: string, role: RoleName, found: number, threshold: number) {
    super(
      'NoSigningKey',
      `${folder} holds ${found} of the ${threshold} ${role} keys that the root of trust asks for`,
      'make keys with `believe keys init`, or put the key files of the ceremony into this folder',
      { folder, role, found, threshold },
    );
  }
}

function signingKeyFiles(folder: string, role: KeyKind): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => name.startsWith(`${role}-`) && name.endsWith(SUFFIX))
    .sort()
    .map((name) => path.join(folder, name));
}
