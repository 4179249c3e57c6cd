import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Openers } from '../../backup/age.js';
import { type CreateAsk, createBackup } from '../../backup/create.js';
import type { OtherSide } from '../../backup/other-side.js';
import { restoreBackup } from '../../backup/restore.js';
import { BROKER } from '../path/batches.js';
import { NOW_MS, sha256 } from '../release/release-fixture.js';

export const IDENTITY = await generateX25519Identity();
export const RECIPIENT = await identityToRecipient(IDENTITY);
export const OPENERS: Openers = { identities: [IDENTITY], passphrase: null };
export const NOBODY: OtherSide = {
  researchHome: null,
  brokerHome: null,
  published: null,
  receipts: null,
  alone: false,
};

let millisecond = NOW_MS;

export function backUp(home: string, target: string, changes: Partial<CreateAsk> = {}) {
  return createBackup({
    ...{ home, target, broker: BROKER, epoch: 1, program: 'test', tier: 'all', objects: false, rootKeys: false },
    ...{ keep: null, postgres: null, nowMs: () => millisecond++ },
    locks: { recipients: [RECIPIENT], passphrase: null },
    openers: OPENERS,
    ...changes,
  });
}

export function restore(file: string, home: string, openers = OPENERS) {
  return restoreBackup({ file, home, openers, nowMs: NOW_MS });
}

/** Name -> sha256 of every file below a folder, but for the notes that restoring leaves. */
export function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }).map(String).sort();
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile() && !name.endsWith('restored.json'));
  return Object.fromEntries(files.map((name) => [name, sha256(readFileSync(path.join(folder, name)))]));
}
