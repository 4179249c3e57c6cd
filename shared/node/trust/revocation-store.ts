import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { revocationsIn } from '../../trust/revocations.js';
import type { TrustedRoot } from '../../trust/root.js';
import { createFile } from '../disk/create-file.js';

/**
 * Keeps what a delivered list revokes, one file a release in `trust/revoked/`, which only grows: an older list that comes
 * later takes nothing back. A list that the release keys have not signed is passed over.
 * @throws ReleaseRefused `revocations-unreadable`
 */
export function keepRevocations(brokerFolder: string, list: Buffer, root: TrustedRoot): void {
  for (const one of revocationsIn(list, root) ?? []) {
    createFile(path.join(revokedFolder(brokerFolder), one.payloadSha256), `${JSON.stringify(one)}\n`);
  }
}

/** Payloads that were given up. */
export function revokedPayloads(brokerFolder: string): ReadonlySet<string> {
  const folder = revokedFolder(brokerFolder);
  return new Set(existsSync(folder) ? readdirSync(folder) : []);
}

function revokedFolder(brokerFolder: string): string {
  return path.join(brokerFolder, 'trust', 'revoked');
}
