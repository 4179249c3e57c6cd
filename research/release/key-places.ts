import path from 'node:path';
import { homePlaces } from '../../shared/config/home-places.js';
import type { RoleName } from '../../shared/trust/root.js';

/** Where a home folder keeps what the key ceremony makes. */
export interface KeyPlaces {
  readonly home: string;
  /** Private root keys: to be moved off this machine. */
  readonly rootKeysFolder: string;
}

export function keyPlaces(home: string, rootKeysFolder = homePlaces(home).rootKeys): KeyPlaces {
  return { home, rootKeysFolder };
}

/** Folder of a role's private keys: each on the tier that signs with it. */
export function privateKeysFolder({ home, rootKeysFolder }: KeyPlaces, role: RoleName): string {
  const { signer, broker, public: publicTier, operator, receiver } = homePlaces(home);
  return {
    ...{ root: rootKeysFolder, release: signer.keys, journal: broker.keys },
    ...{ state: publicTier.keys, operator: operator.keys, receipt: receiver.keys },
  }[role];
}

/** Folder of the root of trust of a tier that verifies. */
export function trustFolder({ home }: KeyPlaces, tier: 'research' | 'broker'): string {
  return homePlaces(home)[tier].trust;
}

/** Public half of a key as PEM beside the root, for checks with openssl. */
export function publicKeyFile(folder: string, role: RoleName, keyid: string): string {
  return path.join(folder, `${role}-${keyid.slice(0, 16)}.pub.pem`);
}

/** Where the release key was while the research worker signed. */
export function formerReleaseKeysFolder({ home }: KeyPlaces): string {
  return homePlaces(home).research.formerReleaseKeys;
}
