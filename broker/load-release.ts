import path from 'node:path';
import { Failure } from '../shared/failure.js';
import { readLiveReleases } from '../shared/node/contract/live-releases.js';
import { NotPlainFile, readPlainFile } from '../shared/node/disk/plain-file.js';
import { readPin } from '../shared/node/trust/pin-store.js';
import { requireSettled } from '../shared/node/trust/restored-note.js';
import { revokedPayloads } from '../shared/node/trust/revocation-store.js';
import { readTrustedRoot } from '../shared/node/trust/trust-store.js';
import { ENVELOPE_BYTES_MAX, MalformedEnvelope } from '../shared/trust/dsse.js';
import { BadKey } from '../shared/trust/ed25519-key.js';
import { ReleaseRefused } from '../shared/trust/refusal.js';
import { RootRefused, type TrustedRoot } from '../shared/trust/root.js';
import { ARCHIVE_BYTES_MAX } from '../shared/trust/statement.js';
import {
  type ExpectedRelease,
  type VerifiedRelease,
  verifyEnvelope,
  verifyRelease,
} from '../shared/trust/verify-release.js';

/**
 * Reads a release that was accepted before, and verifies it again: the only way to a loaded model. Call it at the swap
 * with what the armed swap names, and at a restart with `alreadyLive`. It moves no pin.
 * @throws ReleaseRefused, PinLost, TrustMissing, DeliveryMissing
 */
export async function loadRelease(ask: {
  readonly brokerFolder: string;
  readonly tarball: string;
  readonly envelope: string;
  readonly nowMs: number;
  readonly expected: ExpectedRelease;
}): Promise<VerifiedRelease> {
  const releases = path.join(ask.brokerFolder, 'releases');
  const verified = await verifyRelease({
    envelope: readBounded(path.join(releases, ask.envelope), ENVELOPE_BYTES_MAX),
    tarball: readBounded(path.join(releases, ask.tarball), ARCHIVE_BYTES_MAX),
    ...asThingsAre(ask.brokerFolder),
    nowMs: ask.nowMs,
    expected: ask.expected,
  });
  // What trades was never given up; a note that says so came from a signer that was deceived.
  if (ask.expected.alreadyLive !== true) refuseRevoked(ask.brokerFolder, verified.payloadSha256);
  return verified;
}

/**
 * Whether a release that was loaded before may still be used now: it may have expired since, its key may have been taken
 * away, it may have been given up, a newer one may have been verified. Takes what is on disk at this moment, and no time that a swap would feel.
 * @throws ReleaseRefused, PinLost, TrustMissing, DeliveryMissing
 */
export function verifyStillGood(ask: {
  readonly brokerFolder: string;
  readonly envelope: string;
  readonly nowMs: number;
  readonly expected: ExpectedRelease;
}): void {
  const { payloadSha256 } = verifyEnvelope({
    envelope: readBounded(path.join(ask.brokerFolder, 'releases', ask.envelope), ENVELOPE_BYTES_MAX),
    ...asThingsAre(ask.brokerFolder),
    nowMs: ask.nowMs,
    expected: ask.expected,
  });
  refuseRevoked(ask.brokerFolder, payloadSha256);
}

/** What this broker trusts and trades at this moment. @throws ReleaseRefused, PinLost, TrustMissing, RestoredNotSettled */
function asThingsAre(brokerFolder: string) {
  requireSettled(brokerFolder);
  return {
    root: orRefused(() => readTrustedRoot(path.join(brokerFolder, 'trust'))),
    pin: readPin(brokerFolder),
    trading: tradingPayload(brokerFolder),
  };
}

/** @throws ReleaseRefused */
export function refuseRevoked(brokerFolder: string, payloadSha256: string): void {
  if (revokedPayloads(brokerFolder).has(payloadSha256)) throw new ReleaseRefused('revoked', { payloadSha256 });
}

/** What the bridge keeps as live; null before the first, and in homes whose bridges knew only swaps.jsonl. */
export function tradingPayload(brokerFolder: string): string | null {
  return readLiveReleases(brokerFolder).at(-1)?.swap.payloadSha256 ?? null;
}

/** The file's bytes, at most one more than `bytesMax`: the verifier sees that it is too long without reading it all. */
export function readBounded(file: string, bytesMax: number): Buffer {
  try {
    return readPlainFile(file, bytesMax);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined && !(error instanceof NotPlainFile)) throw error;
    throw new DeliveryMissing(file, (error as Error).message);
  }
}

export class DeliveryMissing extends Failure {
  constructor(file: string, reason: string) {
    super('DeliveryMissing', `cannot read ${file}: ${reason}`, 'pull the release again', { file });
  }
}

/** A root that does not hold is a reason to refuse the release that needs it. */
export function orRefused(root: () => TrustedRoot): TrustedRoot {
  try {
    return root();
  } catch (error) {
    if (error instanceof RootRefused || error instanceof MalformedEnvelope || error instanceof BadKey) {
      throw new ReleaseRefused('root-refused', { cause: error.message });
    }
    throw error;
  }
}
