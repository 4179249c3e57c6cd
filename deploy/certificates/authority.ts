import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { BadInput, UsageFailure } from '../../shared/failure.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { makePrivateFolder, readPrivateFile } from '../../shared/node/process/private-files.js';
import { certify, newKeyPem } from './openssl.js';
import type { CertificateRole } from './roles.js';

export interface CertificatePlaces {
  /** ca.pem, and of each role ROLE.pem with ROLE.key: as `temporal.tls.tierFolder` has them. */
  readonly folder: string;
  /** Of the authority's key, which is to be moved off the machine. */
  readonly authorityFolder: string;
}

export const AUTHORITY_DAYS = 3650;
export const LEAF_DAYS = 90;
const DAY_MS = 86_400_000;

export const authorityFile = ({ folder }: CertificatePlaces) => path.join(folder, 'ca.pem');
export const authorityKeyFile = ({ authorityFolder }: CertificatePlaces) => path.join(authorityFolder, 'ca.key');
export const certificateFile = ({ folder }: CertificatePlaces, role: CertificateRole) =>
  path.join(folder, `${role}.pem`);
export const keyFile = ({ folder }: CertificatePlaces, role: CertificateRole) => path.join(folder, `${role}.key`);

/** @throws UsageFailure where there is an authority: whoever trusts it would refuse what a new one signs */
export async function makeAuthority(places: CertificatePlaces, days: number): Promise<void> {
  const there = [authorityFile(places), authorityKeyFile(places)].find((file) => existsSync(file));
  if (there !== undefined)
    throw new UsageFailure(`${there} is there`, 'issue from it; for another authority name another --folder');
  makePrivateFolder(places.folder);
  makePrivateFolder(places.authorityFolder);
  const keyPem = newKeyPem();
  const extensions = [
    'basicConstraints = critical, CA:TRUE, pathlen:0',
    'keyUsage = critical, keyCertSign, cRLSign',
    'subjectKeyIdentifier = hash',
  ];
  const named = { commonName: 'believe authority', unit: 'authority' };
  const certificate = await certify({ ...named, extensions, days, keyPem }, null);
  replaceFile(authorityKeyFile(places), keyPem, 0o600);
  replaceFile(authorityFile(places), certificate, 0o644);
}

/**
 * A certificate of the role, with a key that is made where there is none: a renewed one has the key of before, so that it is one
 * file that changes, whole.
 * @param names of the server; others are known by their role
 */
export async function issueCertificate(
  places: CertificatePlaces,
  role: CertificateRole,
  { days, names, newKey }: { days: number; names: readonly string[]; newKey: boolean },
): Promise<void> {
  checkAuthority(places, days);
  const key = keyFile(places, role);
  const isKept = !newKey && existsSync(key);
  // One that others can read is not certified once more.
  const keyPem = isKept ? readPrivateFile(key).toString('utf8') : newKeyPem();
  const extensions = [
    'basicConstraints = critical, CA:FALSE',
    'keyUsage = critical, digitalSignature',
    // The server's own parts speak to each other by the same certificate.
    `extendedKeyUsage = ${role === 'server' ? 'serverAuth, clientAuth' : 'clientAuth'}`,
    `subjectAltName = ${(role === 'server' ? names : [`${role}.believe.invalid`]).map(alternativeName).join(', ')}`,
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
  ];
  const wanted = { commonName: role, unit: role, extensions, days, keyPem };
  const issuer = { certificateFile: authorityFile(places), keyFile: authorityKeyFile(places) };
  const certificate = await certify(wanted, issuer);
  if (!isKept) replaceFile(key, keyPem, 0o600);
  replaceFile(certificateFile(places, role), certificate, 0o644);
}

/** The key is here, is this authority's, and outlives what it signs. */
function checkAuthority(places: CertificatePlaces, days: number): void {
  const file = authorityKeyFile(places);
  if (!existsSync(authorityFile(places)))
    throw new UsageFailure(`there is no ${authorityFile(places)}`, 'make an authority: believe certs init');
  if (!existsSync(file))
    throw new UsageFailure(`the key of the authority is not here: ${file}`, 'bring it, or name --authority-folder');
  const authority = new X509Certificate(readFileSync(authorityFile(places)));
  if (!authority.publicKey.equals(publicKeyIn(file)))
    throw new UsageFailure(`${file} is not the key of ${authorityFile(places)}`, 'bring the key that belongs to it');
  if (Date.parse(authority.validTo) < Date.now() + days * DAY_MS)
    throw new UsageFailure(`the authority ends ${authority.validTo}, before the certificate would`, 'make a new one');
}

/** @throws BadInput, Failure 'KeyExposed' */
export function publicKeyIn(file: string): KeyObject {
  const pem = readPrivateFile(file);
  try {
    return createPublicKey(pem);
  } catch {
    throw new BadInput(file, undefined, 'holds no private key that can be read here', 'bring it as PEM, not encrypted');
  }
}

/** A host name or an address, and nothing that openssl would read as more. */
function alternativeName(name: string): string {
  if (isIP(name) !== 0) return `IP:${name}`;
  if (name.length <= 253 && HOST_NAME.test(name)) return `DNS:${name}`;
  throw new UsageFailure(`${JSON.stringify(name)} is no host name and no address`, 'for example temporal.example.org');
}

const HOST_NAME = /^(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})*$/;
