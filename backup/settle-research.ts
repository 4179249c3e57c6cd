import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readAcknowledged } from '../broker/prune/acknowledge.js';
import { sealPlaces } from '../broker/seal/seal-places.js';
import { receivePlaces } from '../research/receive/receive-places.js';
import { adoptStatement, releaseLedger } from '../research/release/build-release.js';
import type { ReleaseLedger } from '../research/release/ledger.js';
import { publishFile } from '../research/release/publish-release.js';
import { homePlaces } from '../shared/config/home-places.js';
import { Failure } from '../shared/failure.js';
import { readStreamHead } from '../shared/node/contract/stream-head-file.js';
import { readPlainFile } from '../shared/node/disk/plain-file.js';
import { replaceFile } from '../shared/node/disk/replace-file.js';
import { readPin } from '../shared/node/trust/pin-store.js';
import { followRoots, readFormerRoots, readTrustedRoot } from '../shared/node/trust/trust-store.js';
import { ENVELOPE_BYTES_MAX } from '../shared/trust/dsse.js';
import { comparePins, type Pin } from '../shared/trust/pin.js';
import { REVOCATIONS_FILE, revocationsIn } from '../shared/trust/revocations.js';
import type { TrustedRoot } from '../shared/trust/root.js';
import { ARCHIVE_BYTES_MAX, envelopeName, tarballName } from '../shared/trust/statement.js';
import { type OtherSide, publishedFolders, rootFolders } from './other-side.js';
import { type PublishedRelease, publishedReleases } from './published-releases.js';

export interface SettledResearch {
  readonly lines: readonly string[];
  readonly releaseEpochMin: number;
}

/**
 * What a restored research tier may have forgotten: releases that it signed and published, batches that it took. The ledger learns
 * every release whose signed statement is found, so that no counter is given again. Again is the same.
 * @throws LedgerRefused where a counter is bound to two payloads; Failure 'RestoredNotSettled' where a broker verified what is not found
 */
export function settleResearch(ask: {
  readonly home: string;
  readonly broker: string;
  readonly epoch: number;
  readonly side: OtherSide;
  readonly epochBefore: number;
}): SettledResearch {
  const { home, side } = ask;
  const { research } = homePlaces(home);
  const lines: string[] = [];
  for (const folder of [...rootFolders(side), research.published].filter((one) => existsSync(one)))
    followRoots(research.trust, folder);
  const root = readTrustedRoot(research.trust);
  const ledger = releaseLedger(research.releases);
  const before = ledger.list().at(-1)?.counter ?? 0;
  const found = publishedReleases(
    [...publishedFolders(side), research.published],
    [root, ...readFormerRoots(research.trust)],
  );
  for (const release of found) adopt(home, ledger, release);
  const last = ledger.list().at(-1);
  const after = last?.counter ?? 0;
  lines.push(
    after > before
      ? `ledger: raised from counter ${before} to ${after}, the highest that is published; the next is ${after + 1}`
      : `ledger: stays at counter ${before}: nothing higher is published; the next is ${after + 1}`,
  );
  lines.push(...takeRevocations(publishedFolders(side), research.published, root));
  requireNoneIsHigher(side, last ?? null);
  lines.push(...receiverLines(ask));
  if (!side.alone) return { lines, releaseEpochMin: ask.epochBefore };
  const releaseEpochMin = Math.max(ask.epochBefore, (last?.epoch ?? 0) + 1, root.metadata.epoch + 1);
  lines.push(
    `releases: begin epoch ${releaseEpochMin} with \`believe keys rotate --role release --new-epoch\`; nothing is signed before`,
  );
  return { lines, releaseEpochMin };
}

/** What was published is laid where it was, so that audits and brokers find it. */
function adopt(
  home: string,
  ledger: ReleaseLedger,
  { folder, predicate, payload, payloadSha256 }: PublishedRelease,
): void {
  const { releases, published } = homePlaces(home).research;
  const { modelVersion, epoch, counter, prevRelease, shipId } = predicate;
  const known = ledger.list();
  // A hole below what the ledger knows is a release that it gave up.
  if (counter < (known.at(-1)?.counter ?? 0) && !known.some((one) => one.counter === counter)) return;
  const isTaken = known.some((one) => one.releaseId === shipId && one.counter !== counter);
  const releaseId = isTaken ? `${shipId}/c${counter}` : shipId;
  const names = [tarballName(modelVersion), envelopeName(modelVersion)];
  for (const name of names.filter((one) => existsSync(path.join(folder, one)))) {
    const bytes = readPlainFile(path.join(folder, name), Math.max(ARCHIVE_BYTES_MAX, ENVELOPE_BYTES_MAX));
    if (!existsSync(path.join(releases, name))) replaceFile(path.join(releases, name), bytes);
    if (!existsSync(path.join(published, name))) publishFile(published, name, bytes);
  }
  adoptStatement(releases, modelVersion, payload);
  ledger.adopt({ releaseId, modelVersion, epoch, counter, prevRelease, payloadSha256 });
}

/** The signer adds to the list that lies there: one that is shorter would forget what was revoked since. */
function takeRevocations(folders: readonly string[], published: string, root: TrustedRoot): string[] {
  const lengthIn = (folder: string) => {
    const file = path.join(folder, REVOCATIONS_FILE);
    return existsSync(file) ? (revocationsIn(readPlainFile(file, ENVELOPE_BYTES_MAX), root)?.length ?? 0) : 0;
  };
  const own = lengthIn(published);
  const longest = folders.toSorted((a, b) => lengthIn(b) - lengthIn(a))[0];
  if (longest === undefined || lengthIn(longest) <= own) return [];
  publishFile(published, REVOCATIONS_FILE, readPlainFile(path.join(longest, REVOCATIONS_FILE), ENVELOPE_BYTES_MAX));
  return [`revocations: ${lengthIn(longest)} releases are revoked, and this home knew ${own}`];
}

/** A broker's pin is proof that a release was signed, wherever its statement is. */
function requireNoneIsHigher({ brokerHome, alone }: OtherSide, last: Pick<Pin, 'epoch' | 'counter'> | null): void {
  if (brokerHome === null || alone) return;
  const pin = readPin(homePlaces(brokerHome).broker.folder);
  if (comparePins(pin, last ?? { epoch: pin.epoch, counter: 0 }) <= 0) return;
  throw new Failure(
    'RestoredNotSettled',
    `the broker has verified counter ${pin.counter} (epoch ${pin.epoch}), and no signed statement of it was found`,
    'name a folder that has it with --published; if nobody has it, begin a new epoch of releases and settle with --alone',
    { counter: pin.counter, epoch: pin.epoch },
  );
}

/** Batches that the broker was told it may delete, and that this home does not have, can never follow. */
function receiverLines({ home, broker, epoch, side }: Parameters<typeof settleResearch>[0]): string[] {
  const { heads } = receivePlaces(homePlaces(home).receiver.folder);
  if (!existsSync(heads)) return [];
  if (side.brokerHome === null)
    return [
      'receiver: not compared with the broker; where it waits for batches (BatchOverdue), raise upload.epoch on both tiers',
    ];
  const places = sealPlaces(homePlaces(side.brokerHome).broker.folder);
  const behind = readdirSync(places.heads).flatMap((name) => {
    const own = headIn(path.join(places.heads, name));
    if (own === null || own.epoch !== epoch) return [];
    const acknowledged = readAcknowledged(places, broker, own).head.seq;
    const taken = headIn(path.join(heads, name))?.seq ?? 0;
    return acknowledged > taken
      ? [`receiver: the broker has deleted ${own.stream} up to ${acknowledged}, and this home has ${taken}`]
      : [];
  });
  return behind.length === 0
    ? ['receiver: has all that the broker has deleted']
    : [
        ...behind,
        `receiver: set upload.epoch to ${epoch + 1} on both tiers; what lies between is lost, or in the store of a newer backup`,
      ];
}

function headIn(file: string) {
  return existsSync(file) ? readStreamHead(file) : null;
}
