import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import { requireSettled } from '../../shared/node/trust/restored-note.js';
import { encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { envelopeName, RELEASE_PAYLOAD_TYPE } from '../../shared/trust/statement.js';
import { verifyRelease } from '../../shared/trust/verify-release.js';
import { readBuiltRelease, releaseLedger } from './build-release.js';

/** A signed release on the research tier's disk. */
export interface SignedReleaseFiles {
  readonly modelVersion: number;
  readonly counter: number;
  readonly payloadSha256: string;
  readonly tarballFile: string;
  readonly envelopeFile: string;
}

/**
 * Signs the statement that `buildRelease` wrote down. The ledger binds the counter to the payload before a signature
 * exists; Ed25519 is deterministic; so signing again, after whatever crash, gives the same envelope or is refused.
 * What was signed is verified as a broker would, before anyone can see it.
 * @param keysFolder `keys/` of the research tier
 * @throws LedgerRefused, NoSigningKey, NotBuilt; ReleaseRefused when the result would not be accepted
 */
export async function signRelease(ask: {
  readonly releasesFolder: string;
  readonly keysFolder: string;
  /** Of encrypted key files. */
  readonly passphrase?: string | undefined;
  readonly root: TrustedRoot;
  readonly releaseId: string;
  readonly nowMs: number;
}): Promise<SignedReleaseFiles> {
  const { releasesFolder, root, releaseId } = ask;
  requireSettled(releasesFolder);
  const ledger = releaseLedger(releasesFolder);
  const numbers = ledger.find(releaseId);
  if (numbers === undefined) throw new NotBuilt(releaseId);
  const { payload, tarballFile } = readBuiltRelease(releasesFolder, numbers.modelVersion);
  const signers = signersOf(ask.keysFolder, 'release', root, ask.passphrase);
  const payloadSha256 = createHash('sha256').update(payload).digest('hex');
  ledger.recordSigned(releaseId, payloadSha256);
  const envelope = encodeEnvelope(signEnvelope(RELEASE_PAYLOAD_TYPE, payload, signers));
  const { modelVersion, counter } = numbers;
  const expected = { modelVersion, counter, payloadSha256 };
  await verifyRelease({ envelope, tarball: readFileSync(tarballFile), root, pin: null, nowMs: ask.nowMs, expected });
  const envelopeFile = path.join(releasesFolder, envelopeName(modelVersion));
  replaceFile(envelopeFile, envelope);
  return { ...expected, tarballFile, envelopeFile };
}

/** What this release has signed so far; null before. Settles a signing whose outcome is unknown. */
export async function signedRelease(ask: Parameters<typeof signRelease>[0]): Promise<SignedReleaseFiles | null> {
  const state = releaseLedger(ask.releasesFolder).releaseState(ask.releaseId);
  // A kill between the ledger and the envelope leaves the envelope out: signing again completes it with the same bytes.
  return state === 'none' || state === 'allocated' ? null : signRelease(ask);
}

export class NotBuilt extends Failure {
  constructor(releaseId: string) {
    super('NotBuilt', `no release was built for ${releaseId}`, 'build the release before signing it', { releaseId });
  }
}
