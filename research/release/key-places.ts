import path from 'node:path';
import type { RoleName } from '../../shared/release/root.js';

/** Where a home folder keeps what the key ceremony makes. */
export interface KeyPlaces {
  readonly home: string;
  /** Private root keys: to be moved off this machine. */
  readonly rootKeysFolder: string;
}

export function keyPlaces(home: string, rootKeysFolder = path.join(home, 'offline-root-keys')): KeyPlaces {
  return { home, rootKeysFolder };
}

/** Folder of a role's private keys: each on the tier that signs with it. */
export function privateKeysFolder({ home, rootKeysFolder }: KeyPlaces, role: RoleName): string {
  if (role === 'root') return rootKeysFolder;
  return path.join(home, { release: 'signer', journal: 'broker', state: 'public', operator: 'operator' }[role], 'keys');
}

/** Folder of the root of trust of a tier that verifies. */
export function trustFolder({ home }: KeyPlaces, tier: 'research' | 'broker'): string {
  return path.join(home, tier, 'trust');
}

/** Public half of a key as PEM beside the root, for checks with openssl. */
export function publicKeyFile(folder: string, role: RoleName, keyid: string): string {
  return path.join(folder, `${role}-${keyid.slice(0, 16)}.pub.pem`);
}

/** Where the release key was while the research worker signed. */
export function formerReleaseKeysFolder({ home }: KeyPlaces): string {
  return path.join(home, 'research', 'keys');
}
