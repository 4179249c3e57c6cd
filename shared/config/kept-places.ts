import path from 'node:path';
import type { Config } from './config.js';
import { homePlaces } from './home-places.js';

/** A folder or file of a home folder, and how long what is in it stays. */
export interface KeptPlace {
  /** Within the home folder, by `/`. */
  readonly place: string;
  readonly holds: string;
  /** Days after which all of it is gone again, by itself; null where that is not so. */
  readonly keptDays: number | null;
  /** What deletes when, or why nothing does. */
  readonly rule: string;
}

type KeptSettings = Pick<Config, 'home' | 'upload' | 'ship'>;

/** Days after its last file for which what a ship computed stays: longer than any ship can wait for people and the exchange. */
export function shipWorkDays({ keepWorkDays, holdTimeoutDays }: Config['ship']): number {
  return Math.max(keepWorkDays, holdTimeoutDays + 14);
}

/** Every place of a home folder that grows, the broker's first. */
export function keptPlaces({ home, upload, ship }: KeptSettings): readonly KeptPlace[] {
  const places = homePlaces(home);
  const at = (file: string) => path.relative(home, file).split(path.sep).join('/');
  const { retentionDays } = upload;
  const acknowledged = `${retentionDays} days (upload.retentionDays) old and acknowledged by research; never the newest trade date`;
  const forGood = (file: string, holds: string, why: string): KeptPlace => ({
    ...{ place: at(file), holds, keptDays: null, rule: `nothing deletes it: ${why}` },
  });
  const workDays = shipWorkDays(ship);
  return [
    {
      ...{ place: at(places.broker.capture), holds: "segments of the gateway's market", keptDays: retentionDays },
      rule: acknowledged,
    },
    {
      ...{ place: at(places.broker.sierra), holds: "segments of Sierra Chart's market", keptDays: retentionDays },
      rule: acknowledged,
    },
    {
      ...{ place: at(places.broker.outbox), holds: 'sealed batches on their way', keptDays: 1 },
      rule: 'as soon as research has acknowledged it, never before',
    },
    forGood(
      places.broker.journal,
      'journals of orders and decisions',
      'orders are read at every start; decision logs of acknowledged dates go after upload.retentionDays',
    ),
    forGood(
      path.join(places.broker.folder, 'releases'),
      'releases that were verified',
      'a rollback may name any of them',
    ),
    forGood(
      path.join(places.broker.folder, 'incoming'),
      'releases that were pulled',
      'what was refused can be looked at',
    ),
    {
      ...{ place: at(places.signer.inbox), holds: 'candidates that the signer was given', keptDays: 1 },
      rule: 'a day old',
    },
    forGood(places.research.published, 'releases as brokers pull them', 'a rollback may name any of them'),
    forGood(places.receiver.folder, 'what brokers have sent, and its logs', 'it is the proof of what was received'),
    forGood(
      places.research.store,
      'the store',
      'it is what models learn from; `believe store gc` removes objects that nothing names',
    ),
    {
      ...{ place: at(places.research.ships), holds: 'what ships computed', keptDays: null },
      rule: `samples, folds and days ${workDays} days (ship.keepWorkDays) after the ship's last file, by \`believe disk prune\`; candidate, evidence, reports and card stay`,
    },
    {
      ...{ place: at(places.research.folds), holds: 'copies for folds that hosts share', keptDays: null },
      rule: 'beyond 20 GB those go that nobody asked for the longest, none that was asked for within six hours',
    },
    forGood(places.research.backtests, 'backtests', 'whoever ran one deletes its folder'),
    forGood(places.research.releases, 'signed releases and their ledger', 'a counter is never given twice'),
    forGood(places.research.monitor, 'reports of days', 'they are small'),
    forGood(places.migrated, 'files as they were before they were migrated', 'they are small, and the way back'),
    forGood(places.public.folder, 'the public log', 'it is append-only'),
    {
      ...{ place: at(places.temporal), holds: 'the database of the Temporal server of this machine', keptDays: null },
      rule: "the server deletes closed runs after the namespace's retention; the file does not shrink",
    },
    {
      ...{ place: at(places.logs), holds: 'what the processes said', keptDays: null },
      rule: 'each file is set aside once at 64 MiB, and the one before is deleted',
    },
    forGood(places.gateway.folder, 'what the gateway simulator plays', 'SYNTHETIC; it is made once for each setting'),
    forGood(places.research.input, 'the generated market', 'SYNTHETIC; it is made once for each setting'),
  ];
}
