import { createHash } from 'node:crypto';
import path from 'node:path';
import { keyPlaces, privateKeysFolder, trustFolder } from '../../research/release/key-places.js';
import { liveRelease } from '../../research/ship/live-release.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { readInputFile } from '../../shared/node/disk/plain-file.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import {
  cosignEnvelope,
  type DsseEnvelope,
  ENVELOPE_BYTES_MAX,
  parseEnvelope,
  verifySignatures,
} from '../../shared/trust/dsse.js';
import { orderNow, orderOf, type RollbackOrder, rollbackOrder, signOrder } from '../../shared/trust/rollback-order.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { envelopeName, releaseStatement } from '../../shared/trust/statement.js';
import { envelopeInFile } from '../keys/envelope-file.js';
import { operatorKey } from '../keys/operator-key.js';

export interface OrderAsk {
  readonly home: string;
  readonly to?: number | undefined;
  readonly from?: number | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  readonly keysFolder?: string | undefined;
  /** Envelopes of what trades and of what is to come back, as they are published. */
  readonly releasesFolder?: string | undefined;
  readonly cosign?: string | undefined;
  readonly signed?: string | undefined;
}

/**
 * Signs an order to roll back with an operator's key, or puts a signature beside another's. What is replaced and what comes
 * back are named by envelopes that the release key has signed: nobody's word decides which bytes an operator signs for.
 * @throws Failure NoOperatorKey, UsageFailure
 */
export function signedOrder(ask: OrderAsk): DsseEnvelope {
  if (ask.signed !== undefined) return orderIn(ask.signed);
  const places = keyPlaces(path.resolve(ask.home));
  const root = readTrustedRoot(trustFolder(places, 'research'));
  const folder = ask.keysFolder ?? privateKeysFolder(places, 'operator');
  const { key, name } = operatorKey({ folder, root, by: ask.by });
  if (ask.cosign !== undefined) {
    const envelope = orderIn(ask.cosign);
    refuseOtherBytes(ask, orderOf(envelope), root);
    return cosignEnvelope(envelope, key);
  }
  const { to, reason } = ask;
  if (to === undefined || reason === undefined)
    throw new UsageFailure('an order names --to and --reason', 'e.g. believe ship rollback --to 3 --reason "v4 loses"');
  const from = ask.from ?? tradingVersion(ask);
  const said = { live: liveAt(ask, from, root), to: targetAt(ask, to, root), by: name };
  return signOrder(orderNow({ ...said, reason: rollbackOrder.shape.reason.parse(reason), nowMs: Date.now() }), [key]);
}

/** The second operator signs for bytes that he has before him, too. */
function refuseOtherBytes(ask: OrderAsk, { live, to }: RollbackOrder, root: TrustedRoot): void {
  const [ownLive, ownTo] = [liveAt(ask, live.modelVersion, root), targetAt(ask, to.modelVersion, root)];
  const isSame =
    ownLive.payloadSha256 === live.payloadSha256 &&
    ownTo.payloadSha256 === to.payloadSha256 &&
    ownTo.archiveSha256 === to.archiveSha256;
  if (isSame) return;
  throw new Failure(
    'SubjectDiffers',
    `the order names other bytes for v${live.modelVersion} or v${to.modelVersion} than ${releasesOf(ask)} holds`,
    'find out who made this order before you sign anything',
  );
}

function tradingVersion(ask: OrderAsk): number {
  const live = liveRelease(releasesOf(ask));
  if (live) return live.modelVersion;
  throw new UsageFailure('no release is live by the ledger here', 'name the one that trades with --from');
}

function liveAt(ask: OrderAsk, modelVersion: number, root: TrustedRoot): RollbackOrder['live'] {
  return { modelVersion, payloadSha256: releaseAt(ask, modelVersion, root).payloadSha256 };
}

function targetAt(ask: OrderAsk, modelVersion: number, root: TrustedRoot): RollbackOrder['to'] {
  const { payloadSha256, archiveSha256 } = releaseAt(ask, modelVersion, root);
  return { modelVersion, payloadSha256, archiveSha256 };
}

/** @throws UsageFailure where there is no such envelope, or no release key has signed it */
function releaseAt(ask: OrderAsk, modelVersion: number, root: TrustedRoot) {
  const file = path.join(releasesOf(ask), envelopeName(modelVersion));
  const envelope = parseEnvelope(readInputFile(file, ENVELOPE_BYTES_MAX));
  const { keys, threshold } = root.roles.release;
  if (!verifySignatures(envelope, keys, threshold).met)
    throw new UsageFailure(
      `${file} is not signed by the release key of the root of trust`,
      'take it from where it is published',
    );
  const payload = Buffer.from(envelope.payload, 'base64');
  const { predicate } = releaseStatement.parse(JSON.parse(payload.toString('utf8')));
  if (predicate.modelVersion !== modelVersion)
    throw new UsageFailure(`${file} is v${predicate.modelVersion}`, 'take the envelopes from where they are published');
  return { payloadSha256: createHash('sha256').update(payload).digest('hex'), archiveSha256: predicate.archive.sha256 };
}

function releasesOf({ home, releasesFolder }: OrderAsk): string {
  return releasesFolder ?? homePlaces(path.resolve(home)).research.releases;
}

/** @throws UsageFailure; OrderRefused where it is signed for nothing of the kind */
function orderIn(file: string): DsseEnvelope {
  const fix = 'make one with: believe ship rollback --to N --reason WHY --print';
  const envelope = envelopeInFile(file, 'signed order', fix);
  orderOf(envelope);
  return envelope;
}
