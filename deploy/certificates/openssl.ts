import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../../setup/find-on-path.js';
import { Failure } from '../../shared/failure.js';

const run = promisify(execFile);

/** What is to be certified. Every field is one of a checked form: it becomes a line of a file that openssl reads. */
export interface Certified {
  readonly commonName: string;
  readonly unit: string;
  /** Lines of X.509v3 extensions. */
  readonly extensions: readonly string[];
  readonly days: number;
  readonly keyPem: string;
}

export interface Issuer {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** ECDSA P-256: what every TLS library takes. */
export function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/**
 * A certificate as PEM. Node can read certificates and not write any: openssl does, by a configuration of ours alone.
 * @param issuer null for one that signs itself
 * @throws Failure 'NoOpenssl'; 'CertificateFailed' with what openssl said
 */
export async function certify(wanted: Certified, issuer: Issuer | null): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-certificate-'));
  const at = (name: string) => path.join(folder, name);
  try {
    writeFileSync(at('config'), configurationOf(wanted), { mode: 0o600 });
    writeFileSync(at('key'), wanted.keyPem, { mode: 0o600 });
    await openssl(['req', '-new', '-sha256', '-config', at('config'), '-key', at('key'), '-out', at('request')]);
    const by = issuer ? ['-CA', issuer.certificateFile, '-CAkey', issuer.keyFile] : ['-signkey', at('key')];
    const extensions = ['-extfile', at('config'), '-extensions', 'certified'];
    const serial = ['-set_serial', `0x${serialNumber()}`, '-days', String(wanted.days), '-sha256'];
    await openssl(['x509', '-req', '-in', at('request'), ...by, ...extensions, ...serial, '-out', at('made')]);
    return readFileSync(at('made'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function configurationOf({ commonName, unit, extensions }: Certified): string {
  return [
    ...['[req]', 'prompt = no', 'distinguished_name = named', 'string_mask = utf8only'],
    ...['[named]', 'O = believe', `OU = ${unit}`, `CN = ${commonName}`],
    ...['[certified]', ...extensions],
    '',
  ].join('\n');
}

/** Positive, and of 126 bits that nobody foresees. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}

async function openssl(args: string[]): Promise<void> {
  const program = await findOnPath('openssl');
  if (program === undefined)
    throw new Failure(
      'NoOpenssl',
      'openssl, which signs certificates, is not on PATH',
      'install OpenSSL 3 on the machine that has the key of the authority; the others need none',
    );
  try {
    // No settings of this machine: they could change what is certified.
    await run(program, args, { timeout: 30_000, env: { ...process.env, OPENSSL_CONF: os.devNull } });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const said = (stderr || message).trim().split('\n').slice(0, 3).join('; ');
    throw new Failure('CertificateFailed', `openssl ${args[0]}: ${said}`, 'see what it says; nothing was changed');
  }
}
