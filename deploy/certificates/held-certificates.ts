import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { BadInput } from '../../shared/failure.js';
import {
  authorityFile,
  type CertificatePlaces,
  certificateFile,
  issueCertificate,
  keyFile,
  publicKeyIn,
} from './authority.js';
import { CERTIFICATE_ROLES, type CertificateRole } from './roles.js';

/** A certificate of the folder. */
export interface HeldCertificate {
  readonly role: CertificateRole | 'authority';
  readonly file: string;
  readonly names: readonly string[];
  readonly expires: string;
  readonly daysLeft: number;
  /** Two thirds of its life are over. */
  readonly isDue: boolean;
  /** What keeps it from being used; null where nothing does. */
  readonly fault: string | null;
}

const DAY_MS = 86_400_000;

export function heldCertificates(places: CertificatePlaces, nowMs: number): HeldCertificate[] {
  const authority = read(authorityFile(places));
  const roles = CERTIFICATE_ROLES.filter((role) => existsSync(certificateFile(places, role)));
  return [
    { role: 'authority', file: authorityFile(places), ...described(authority, nowMs), fault: endOf(authority, nowMs) },
    ...roles.map((role) => {
      const file = certificateFile(places, role);
      const certificate = read(file);
      const fault = endOf(certificate, nowMs) ?? faultOf(certificate, authority, keyFile(places, role));
      return { role, file, ...described(certificate, nowMs), fault };
    }),
  ];
}

/** Renews what is due, or what is asked for: same names, same key, another end. */
export async function renewCertificates(
  places: CertificatePlaces,
  { roles, days, nowMs }: { roles: readonly CertificateRole[] | null; days: number; nowMs: number },
): Promise<CertificateRole[]> {
  const held = heldCertificates(places, nowMs);
  const renewed: CertificateRole[] = [];
  for (const { role, names, isDue } of held) {
    if (role === 'authority' || !(roles === null ? isDue : roles.includes(role))) continue;
    await issueCertificate(places, role, { days, names, newKey: false });
    renewed.push(role);
  }
  return renewed;
}

function described(certificate: X509Certificate, nowMs: number) {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  return {
    names: namesIn(certificate.subjectAltName ?? ''),
    expires: new Date(to).toISOString(),
    daysLeft: Math.floor((to - nowMs) / DAY_MS),
    isDue: nowMs - from >= ((to - from) * 2) / 3,
  };
}

/** Of our own making: host names and addresses without commas. */
function namesIn(alternativeNames: string): string[] {
  return [...alternativeNames.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name]) => name!);
}

function endOf({ validTo }: X509Certificate, nowMs: number): string | null {
  return Date.parse(validTo) <= nowMs ? 'has expired' : null;
}

function faultOf(certificate: X509Certificate, authority: X509Certificate, key: string): string | null {
  if (!certificate.verify(authority.publicKey)) return 'is of another authority';
  // A key that was handed to its machine and taken away here is nothing wrong.
  if (!existsSync(key)) return null;
  return certificate.publicKey.equals(publicKeyIn(key)) ? null : `is not of the key in ${key}`;
}

/** @throws BadInput */
function read(file: string): X509Certificate {
  if (!existsSync(file)) throw new BadInput(file, undefined, 'there is no such file', 'believe certs init');
  try {
    return new X509Certificate(readFileSync(file));
  } catch {
    throw new BadInput(file, undefined, 'is no certificate', 'issue it anew');
  }
}
