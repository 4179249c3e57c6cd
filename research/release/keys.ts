import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { UsageFailure } from '../../shared/failure.js';
import { renameWithRetry, replaceFile } from '../../shared/node/disk/replace-file.js';
import { readSigningKeys, signersOf, writeSigningKey } from '../../shared/node/trust/key-folder.js';
import { hasPin, initPin } from '../../shared/node/trust/pin-store.js';
import { followRoots, ROOT_FILE, readTrustedRoot, trustRoot } from '../../shared/node/trust/trust-store.js';
import { generateSigningKey, publicKeyPem, type SigningKey } from '../../shared/trust/ed25519-key.js';
import {
  nextRoot,
  ROLE_NAMES,
  type RoleName,
  type RootMetadata,
  readRoot,
  signRoot,
  type TrustedRoot,
} from '../../shared/trust/root.js';
import { makeMeasuringKey } from '../evidence/measuring-keys.js';
import {
  formerReleaseKeysFolder,
  type KeyPlaces,
  privateKeysFolder,
  publicKeyFile,
  trustFolder,
} from './key-places.js';

export interface CeremonyOptions {
  readonly rootKeys: number;
  readonly rootThreshold: number;
  readonly rootLifetimeDays: number;
  /** Who the first operator is. */
  readonly operatorName: string;
  readonly nowMs: number;
}

export const USUAL_CEREMONY = { rootKeys: 3, rootThreshold: 2, rootLifetimeDays: 365 } as const;

/**
 * The first ceremony: keys for every role, root version 1, and the broker's first pin. A home whose ceremony is complete
 * is left as it is, so that a pin that was lost later is never made anew here; one that was killed is completed.
 * @throws UsageFailure when the threshold cannot be met
 */
export function initKeys(places: KeyPlaces, options: CeremonyOptions): { created: boolean; root: TrustedRoot } {
  const research = trustFolder(places, 'research');
  handReleaseKeysToSigner(places);
  makeMeasuringKey(places.home);
  if (existsSync(path.join(research, ROOT_FILE))) return { created: false, root: readTrustedRoot(research) };
  const broker = trustFolder(places, 'broker');
  const root = existsSync(path.join(broker, ROOT_FILE)) ? readTrustedRoot(broker) : firstRoot(places, options);
  if (!hasPin(path.dirname(broker))) {
    const highestSeenUtc = new Date(options.nowMs).toISOString();
    initPin(path.dirname(broker), { v: 1, rootVersion: 1, epoch: 1, counter: 0, payloadSha256: null, highestSeenUtc });
  }
  for (const folder of [broker, research]) publishTrust(folder, root); // research last: it says "complete"
  return { created: true, root };
}

/** Operators are added and revoked one by one, never replaced together. */
export type RotatedRole = Exclude<RoleName, 'operator'>;
export const ROTATED_ROLES = ROLE_NAMES.filter((role): role is RotatedRole => role !== 'operator');

/**
 * Root N + 1 with new keys for the roles given, signed by the root keys of N and of N + 1. Brokers follow it with the
 * next release they pull.
 * @throws NoSigningKey when the folder does not hold enough root keys of N
 */
export function rotateKeys(
  places: KeyPlaces,
  options: {
    readonly roles: readonly RotatedRole[];
    readonly newEpoch: boolean;
    readonly rootLifetimeDays: number;
    readonly nowMs: number;
  },
): TrustedRoot {
  const fresh = new Map<RoleName, readonly SigningKey[]>();
  return publishNextRoot(places, (metadata) => {
    for (const role of options.roles)
      fresh.set(
        role,
        // A role that the root does not list yet begins with one key.
        (metadata.roles[role]?.keyids ?? ['']).map(() => newKey(places, role)),
      );
    const epoch = metadata.epoch + (options.newEpoch ? 1 : 0);
    const next = withKeys({ ...metadata, epoch, expires: expiryOf(options) }, fresh);
    return { next, newRootKeys: fresh.get('root') ?? [] };
  });
}

/**
 * Makes root N + 1 out of root N, signed by the root keys of both, for research to publish.
 * @throws NoSigningKey when the folder does not hold enough root keys of N
 */
export function publishNextRoot(
  places: KeyPlaces,
  change: (metadata: RootMetadata) => { next: RootMetadata; newRootKeys?: readonly SigningKey[] },
): TrustedRoot {
  const research = trustFolder(places, 'research');
  const trusted = followRoots(research, research); // completes a rotation that was killed
  const signers = signersOf(places.rootKeysFolder, 'root', trusted);
  const { next, newRootKeys = [] } = change(trusted.metadata);
  const numbered = { ...next, version: trusted.metadata.version + 1 };
  const root = nextRoot(trusted, signRoot(numbered, [...signers, ...newRootKeys]));
  publishTrust(research, root);
  return root;
}

function firstRoot(places: KeyPlaces, options: CeremonyOptions): TrustedRoot {
  const { rootKeys, rootThreshold } = options;
  if (!(rootThreshold >= 1 && rootKeys >= rootThreshold && rootKeys <= 16)) {
    throw new UsageFailure(`${rootThreshold} of ${rootKeys} root keys is no threshold`, 'take 2 of 3, at most 16 keys');
  }
  const keys = new Map<RoleName, readonly SigningKey[]>();
  for (const role of ROLE_NAMES) keys.set(role, completeKeys(places, role, role === 'root' ? rootKeys : 1));
  const single = { keyids: [], threshold: 1 };
  const operator = { ...single, firstCounter: 1, names: { [keys.get('operator')![0]!.keyid]: options.operatorName } };
  const roles = {
    ...{ root: { keyids: [], threshold: rootThreshold }, release: single, journal: single, state: single },
    ...{ operator, receipt: single },
  };
  const first = withKeys(
    { kind: 'believe.root', version: 1, epoch: 1, expires: expiryOf(options), keys: {}, roles },
    keys,
  );
  return readRoot(signRoot(first, keys.get('root')!));
}

/** Keys that a killed ceremony has written already count. */
function completeKeys(places: KeyPlaces, role: RoleName, count: number): SigningKey[] {
  const keys = readSigningKeys(privateKeysFolder(places, role), role).slice(0, count);
  while (keys.length < count) keys.push(newKey(places, role));
  return keys;
}

/** Homes in which the research worker signed keep their key: it moves to where the signer alone looks. */
function handReleaseKeysToSigner(places: KeyPlaces): void {
  const former = formerReleaseKeysFolder(places);
  if (!existsSync(former)) return;
  const signer = privateKeysFolder(places, 'release');
  mkdirSync(signer, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(former).filter((one) => one.startsWith('release-'))) {
    renameWithRetry(path.join(former, name), path.join(signer, name));
  }
}

function newKey(places: KeyPlaces, role: RoleName): SigningKey {
  const key = generateSigningKey();
  writeSigningKey(privateKeysFolder(places, role), role, key);
  return key;
}

/** The metadata with the keys of some roles replaced, and no key listed that no role has. */
function withKeys(metadata: RootMetadata, fresh: ReadonlyMap<RoleName, readonly SigningKey[]>): RootMetadata {
  const { operator, ...others } = metadata.roles;
  const keyidsOf = (role: RoleName) => fresh.get(role)?.map(({ keyid }) => keyid);
  const roles: RootMetadata['roles'] = {
    ...others,
    ...(operator ? { operator: { ...operator, keyids: keyidsOf('operator') ?? operator.keyids } } : {}),
  };
  for (const role of ROTATED_ROLES) {
    const keyids = keyidsOf(role) ?? roles[role]?.keyids;
    if (keyids !== undefined) roles[role] = { threshold: 1, ...roles[role], keyids };
  }
  const known: Record<string, string> = { ...metadata.keys };
  for (const { keyid, spkiDer } of [...fresh.values()].flat()) known[keyid] = spkiDer.toString('base64');
  const listed = ROLE_NAMES.flatMap((role) => roles[role]?.keyids ?? []);
  return { ...metadata, roles, keys: Object.fromEntries(listed.map((keyid) => [keyid, known[keyid]!])) };
}

function publishTrust(folder: string, root: TrustedRoot): void {
  for (const key of root.roles.release.keys) {
    if ('spkiDer' in key) replaceFile(publicKeyFile(folder, 'release', key.keyid), publicKeyPem(key));
  }
  trustRoot(folder, root);
}

function expiryOf({ nowMs, rootLifetimeDays }: { nowMs: number; rootLifetimeDays: number }): string {
  return new Date(nowMs + rootLifetimeDays * 86_400_000).toISOString();
}
