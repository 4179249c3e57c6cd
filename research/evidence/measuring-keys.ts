import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import { readInputFile } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { readSigningKeys, writeSigningKey } from '../../shared/node/trust/key-folder.js';
import {
  BadKey,
  generateSigningKey,
  publicKeyPem,
  type SigningKey,
  type VerifyingKey,
  verifyingKey,
  verifyingKeyFromPem,
} from '../../shared/trust/ed25519-key.js';

const PEM_BYTES_MAX = 4096;
const SUFFIX = '.pub.pem';

/** Private, of the process that measures: no other process and no other user reads it. */
export function measuringKeysFolder(home: string): string {
  return homePlaces(home).research.measuringKeys;
}

/** Public halves, in the signer's own folder: whoever writes there decides whose measurements count. */
export function measurersFolder(home: string): string {
  return homePlaces(home).signer.measurers;
}

/**
 * The key of the research worker of a home, and its public half where the signer looks. Where there is one it stays; where its
 * public half is missing it is listed, because only then can what it signs be used.
 */
export function makeMeasuringKey(home: string): void {
  const folder = measuringKeysFolder(home);
  const [known] = readSigningKeys(folder, 'measuring');
  const key = known ?? generateSigningKey();
  if (known === undefined) writeSigningKey(folder, 'measuring', key);
  const file = path.join(measurersFolder(home), `measuring-${key.keyid.slice(0, 16)}${SUFFIX}`);
  if (existsSync(file)) return;
  mkdirSync(measurersFolder(home), { recursive: true, mode: 0o700 });
  replaceFile(file, publicKeyPem(key));
}

/** @throws Failure 'NoMeasuringKey', 'KeyExposed' */
export function measuringKey(home: string): SigningKey {
  const [key] = readSigningKeys(measuringKeysFolder(home), 'measuring');
  if (key) return key;
  throw new Failure(
    'NoMeasuringKey',
    `${measuringKeysFolder(home)} holds no key, so nothing that is measured here could be signed`,
    'make one: believe keys init, and bring its public half to the signer (signer/measurers)',
  );
}

/** Of this home. @throws Failure 'NoMeasuringKey', 'KeyExposed' */
export function measuringPublicKey(home: string): VerifyingKey {
  return verifyingKey(measuringKey(home).spkiDer);
}

/** Measuring keys of the research hosts that folds are shared with: whose folds are taken, and whose offers are worked on. */
export function foldPeers(home: string): VerifyingKey[] {
  return measurers(homePlaces(home).research.foldPeers);
}

/** Whose measurements count, by the signer's own folder. @throws BadKey where a file there is no public key */
export function measurers(folder: string): VerifyingKey[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .map((name) => publicKeyAt(path.join(folder, name)));
}

function publicKeyAt(file: string): VerifyingKey {
  const pem = readInputFile(file, PEM_BYTES_MAX);
  try {
    return verifyingKeyFromPem(pem);
  } catch {
    throw new BadKey(`${file} is no Ed25519 public key in PEM`, 'bring it again, or remove it');
  }
}
