import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { requireSettled } from '../../shared/node/trust/restored-note.js';
import { rootFiles } from '../../shared/node/trust/trust-store.js';
import { envelopeName, tarballName } from '../../shared/trust/statement.js';
import { releaseLedger } from './build-release.js';
import { LedgerRefused } from './ledger.js';

/**
 * Makes a signed release visible to brokers: the roots they may need first, then the tarball, the envelope last.
 * Doing it again changes nothing.
 * @param moduleFolder what the rsync daemon serves
 * @throws LedgerRefused unless the release is signed
 */
export function publishRelease(ask: {
  readonly releasesFolder: string;
  readonly trustFolder: string;
  readonly moduleFolder: string;
  readonly releaseId: string;
}): void {
  const { releasesFolder, trustFolder, moduleFolder, releaseId } = ask;
  requireSettled(releasesFolder);
  const ledger = releaseLedger(releasesFolder);
  const release = ledger.find(releaseId);
  if (release === undefined || release.payloadSha256 === null) {
    throw new LedgerRefused('order', `${releaseId} is not signed yet`);
  }
  for (const name of rootFiles(trustFolder)) copy(trustFolder, moduleFolder, name);
  copy(releasesFolder, moduleFolder, tarballName(release.modelVersion));
  copy(releasesFolder, moduleFolder, envelopeName(release.modelVersion));
  ledger.recordPublished(releaseId);
}

function copy(from: string, to: string, name: string): void {
  publishFile(to, name, readFileSync(path.join(from, name)));
}

/**
 * What is published is read by the daemon, which serves as another user where it was started by root; everything else
 * of a home is for its owner only.
 */
export function publishFile(moduleFolder: string, name: string, bytes: Uint8Array): void {
  replaceFile(path.join(moduleFolder, name), bytes, 0o644);
}

export function openModule(moduleFolder: string): void {
  chmodSync(moduleFolder, 0o755);
}
