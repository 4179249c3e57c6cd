import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readPlainFile } from '../shared/node/disk/plain-file.js';
import { ENVELOPE_BYTES_MAX } from '../shared/trust/dsse.js';
import { comparePins } from '../shared/trust/pin.js';
import { ReleaseRefused } from '../shared/trust/refusal.js';
import type { TrustedRoot } from '../shared/trust/root.js';
import { envelopeIn, type Refuse, signersInRole, statementIn } from '../shared/trust/signed-statement.js';
import {
  envelopeName,
  RELEASE_PAYLOAD_TYPE,
  RELEASE_PREDICATE_TYPE,
  type ReleasePredicate,
  releaseStatement,
} from '../shared/trust/statement.js';

export interface PublishedRelease {
  readonly folder: string;
  readonly predicate: ReleasePredicate;
  readonly payload: Buffer;
  readonly payloadSha256: string;
}

const STATEMENT = { predicateType: RELEASE_PREDICATE_TYPE, schema: releaseStatement };
const refuse: Refuse = (fault, details) => new ReleaseRefused(fault, details);

/**
 * Releases in folders where they were published or taken, lowest first, each signed as one of these roots asks. An expired one
 * proves its counter as well as any; what is not signed proves nothing, and is skipped.
 */
export function publishedReleases(folders: readonly string[], roots: readonly TrustedRoot[]): PublishedRelease[] {
  const found = new Map<string, PublishedRelease>();
  for (const folder of folders.filter((one) => existsSync(one)))
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.dsse.json'))) {
      const release = releaseIn(folder, name, roots);
      if (release !== null && !found.has(release.payloadSha256)) found.set(release.payloadSha256, release);
    }
  return [...found.values()].sort((a, b) => comparePins(a.predicate, b.predicate));
}

function releaseIn(folder: string, name: string, roots: readonly TrustedRoot[]): PublishedRelease | null {
  for (const root of roots) {
    try {
      const envelope = envelopeIn(readPlainFile(path.join(folder, name), ENVELOPE_BYTES_MAX), refuse);
      signersInRole(envelope, { root, role: 'release', payloadType: RELEASE_PAYLOAD_TYPE }, refuse);
      const payload = Buffer.from(envelope.payload, 'base64');
      const { predicate } = statementIn(payload, STATEMENT, refuse);
      if (envelopeName(predicate.modelVersion) !== name) return null;
      return { folder, predicate, payload, payloadSha256: createHash('sha256').update(payload).digest('hex') };
    } catch (error) {
      if (!(error instanceof ReleaseRefused)) throw error;
    }
  }
  return null;
}
