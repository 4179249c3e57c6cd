import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { takeRevocations } from '../broker/accept-release.js';
import { sealPlaces } from '../broker/seal/seal-places.js';
import { homePlaces } from '../shared/config/home-places.js';
import { parseBatchFile } from '../shared/contract/batch-stream.js';
import { placeOf } from '../shared/contract/live-release.js';
import { CONTROL_FILES, tradingControl } from '../shared/contract/trading-control.js';
import { liveFolder, readLiveReleases } from '../shared/node/contract/live-releases.js';
import { readStreamHead } from '../shared/node/contract/stream-head-file.js';
import { renameWithRetry, replaceFile, syncFolder } from '../shared/node/disk/replace-file.js';
import { raisePin, readPin } from '../shared/node/trust/pin-store.js';
import { followRoots, readTrustedRoot } from '../shared/node/trust/trust-store.js';
import { comparePins, type Pin } from '../shared/trust/pin.js';
import { ReleaseRefused } from '../shared/trust/refusal.js';
import { type OtherSide, publishedFolders, receiptFolders, rootFolders } from './other-side.js';
import { type PublishedRelease, publishedReleases } from './published-releases.js';
import { newestReceipts } from './receipts.js';

export interface SettledBroker {
  readonly lines: readonly string[];
  readonly uploadEpochMin: number;
}

/**
 * What a restored broker may have forgotten: releases that it verified and traded, revocations, batches that it sealed. The pin only
 * rises; sealing begins anew in an epoch whose numbers nobody has seen; and trading waits for an operator. Again is the same.
 * @throws ReleaseRefused where two payloads have one counter
 */
export function settleBroker(ask: {
  readonly home: string;
  readonly broker: string;
  readonly epoch: number;
  readonly side: OtherSide;
  readonly nowMs: number;
  readonly epochBefore: number;
}): SettledBroker {
  const { folder } = homePlaces(ask.home).broker;
  const lines: string[] = [];
  retireLive(folder, raiseByProof(folder, ask.side, lines), ask.side.alone, lines);
  const uploadEpochMin = nextEpoch(ask, lines);
  setOutboxAside(folder, uploadEpochMin, lines);
  haltTrading(folder, ask.nowMs, lines);
  return { lines, uploadEpochMin };
}

function raiseByProof(folder: string, side: OtherSide, lines: string[]): Pin {
  const trust = path.join(folder, 'trust');
  for (const delivered of rootFolders(side)) followRoots(trust, delivered);
  const root = readTrustedRoot(trust);
  for (const published of publishedFolders(side)) takeRevocations(folder, published, root);
  const before = readPin(folder);
  // Only by keys that count now: one that was taken away could burn the counters, and loads nothing.
  const highest = publishedReleases(publishedFolders(side), [root]).at(-1);
  if (highest !== undefined) {
    refuseSecondPayload(highest, before);
    raisePin(folder, pinOf(highest, root.metadata.version, before));
  }
  const after = readPin(folder);
  lines.push(
    comparePins(after, before) > 0
      ? `pin: raised from counter ${before.counter} to ${after.counter} (epoch ${after.epoch}), the highest that is published`
      : `pin: stays at counter ${before.counter} (epoch ${before.epoch}): nothing higher is published`,
  );
  return after;
}

function refuseSecondPayload({ predicate, payloadSha256 }: PublishedRelease, pin: Pin): void {
  if (comparePins(predicate, pin) === 0 && payloadSha256 !== pin.payloadSha256)
    throw new ReleaseRefused('equivocation', { counter: predicate.counter });
}

function pinOf({ predicate, payloadSha256 }: PublishedRelease, rootVersion: number, before: Pin): Pin {
  const { epoch, counter } = predicate;
  return { v: 1, rootVersion, epoch, counter, payloadSha256, highestSeenUtc: before.highestSeenUtc };
}

/** What traded when the backup was made need not be what traded last, and it would be loaded below the pin. */
function retireLive(folder: string, pin: Pin, alone: boolean, lines: string[]): void {
  const newest = readLiveReleases(folder).at(-1);
  if (newest === undefined || (!alone && comparePins(placeOf(newest), pin) >= 0)) return;
  const live = liveFolder(folder);
  const aside = path.join(folder, 'trust', 'live-before-restore');
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(live)) renameWithRetry(path.join(live, name), path.join(aside, name));
  for (const one of [live, aside]) syncFolder(one);
  lines.push(
    `model: none is in use; v${newest.swap.modelVersion} traded when the backup was made, and a later one may have. Ship, or arm the newest`,
  );
}

/**
 * Always a new one: what the lost machine sealed after the backup and research has not told yet nobody
 * here can know, and two batches of one number are a fork.
 */
function nextEpoch(
  { home, broker, epoch, side, epochBefore }: Parameters<typeof settleBroker>[0],
  lines: string[],
): number {
  const places = sealPlaces(homePlaces(home).broker.folder);
  const heads = filesOf(places.heads).flatMap((name) => readStreamHead(path.join(places.heads, name)) ?? []);
  const receipts = newestReceipts(receiptFolders(side), broker, path.join(homePlaces(home).broker.trust));
  for (const { stream, epoch: of, size } of receipts) {
    const seq = heads.find((head) => head.stream === stream && head.epoch === of)?.seq ?? 0;
    if (size > seq)
      lines.push(`sealing: research has ${size} batches of ${stream} (epoch ${of}), and this home knows ${seq}`);
  }
  const used = [...heads, ...receipts, ...epochsOf(places.outbox)].map((one) => one.epoch);
  const next = Math.max(epochBefore, epoch + 1, ...used.map((one) => one + 1));
  lines.push(`sealing: set upload.epoch to ${next} on both tiers; nothing is sealed in a lower one`);
  return next;
}

function epochsOf(outbox: string): { epoch: number }[] {
  return filesOf(outbox).flatMap((name) => parseBatchFile(name) ?? []);
}

function filesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.tmp')) : [];
}

/** Their lines are sealed again in the new epoch; sent as they are, research would set them aside. */
function setOutboxAside(folder: string, uploadEpochMin: number, lines: string[]): void {
  const { outbox } = sealPlaces(folder);
  const old = filesOf(outbox).filter((name) => (parseBatchFile(name)?.epoch ?? uploadEpochMin) < uploadEpochMin);
  if (old.length === 0) return;
  const aside = path.join(folder, 'seal', 'before-restore');
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  for (const name of old) renameWithRetry(path.join(outbox, name), path.join(aside, name));
  for (const one of [outbox, aside]) syncFolder(one);
  lines.push(
    `outbox: ${old.length} files of earlier epochs lie in broker/seal/before-restore now; their lines are sealed again`,
  );
}

/** Orders that were sent after the backup are in no journal here. */
function haltTrading(folder: string, nowMs: number, lines: string[]): void {
  const file = path.join(folder, 'control', CONTROL_FILES.halt);
  const reason = 'restored from a backup: orders that were sent after it are not in the journals';
  const halt = tradingControl.parse({ v: 1, by: 'believe backup settle', reason, at: new Date(nowMs).toISOString() });
  replaceFile(file, `${JSON.stringify(halt)}\n`);
  lines.push('trading: halted. Compare account and journals, then `believe bridge resume`');
}
