import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { homePlaces } from '../shared/config/home-places.js';
import { Failure } from '../shared/failure.js';
import { jsonOrUndefined } from '../shared/fields/json-or-undefined.js';
import { HANDWRITTEN_BYTES_MAX, readPlainFile } from '../shared/node/disk/plain-file.js';
import { replaceFile } from '../shared/node/disk/replace-file.js';
import { type RestoredNote, readRestoredNote, writeRestoredNote } from '../shared/node/trust/restored-note.js';
import { type OtherSide, publishedFolders, receiptFolders } from './other-side.js';
import { GUARDED, type GuardedTier } from './restore.js';
import { settleBroker } from './settle-broker.js';
import { settleResearch } from './settle-research.js';

export interface SettleAsk {
  readonly home: string;
  readonly broker: string;
  /** `upload.epoch` in force. */
  readonly epoch: number;
  readonly side: OtherSide;
  readonly nowMs: () => number;
}

export interface Settled {
  readonly lines: readonly string[];
  /** Null where no broker was restored. */
  readonly uploadEpoch: number | null;
}

/**
 * Compares a restored home with the other side, raises what is behind it, and lets it be used again. Until its last write nothing
 * is loaded, signed or sealed here; killed before, it is run again.
 * @throws Failure 'RestoredNotSettled' where there is nothing to compare with
 */
export function settleHome(ask: SettleAsk): Settled {
  const open = (Object.keys(GUARDED) as GuardedTier[]).flatMap((tier) => {
    const folder = path.join(ask.home, GUARDED[tier]);
    const note = existsSync(folder) ? readRestoredNote(folder) : null;
    return note === null || note.settledAt !== null ? [] : [{ tier, folder, note }];
  });
  if (open.length === 0) return { lines: ['nothing waits to be settled'], uploadEpoch: null };
  // All are asked before any is changed.
  for (const { tier } of open) requireSide(tier, ask.side);
  const lines: string[] = [];
  let uploadEpoch: number | null = null;
  // Research first: what its ledger learns, a broker of the same home finds published.
  for (const { tier, folder, note } of open.reverse()) {
    const settled = tier === 'broker' ? brokerOf(ask, note) : researchOf(ask, note);
    lines.push(...settled.lines);
    uploadEpoch = tier === 'broker' ? settled.note.uploadEpochMin : uploadEpoch;
    writeRestoredNote(folder, { ...settled.note, settledAt: new Date(ask.nowMs()).toISOString() });
  }
  if (uploadEpoch !== null) lines.push(...raiseEpochIn(homePlaces(ask.home).config, uploadEpoch));
  return { lines, uploadEpoch };
}

/** The settings that the processes of this home read. Where those come from, and on the other tier, an operator sets it. */
function raiseEpochIn(file: string, epoch: number): string[] {
  if (!existsSync(file)) return [];
  const settings = settingsIn(file);
  if (settings === null || (settings.upload?.epoch ?? 1) >= epoch) return [];
  const raised = { ...settings, upload: { ...settings.upload, epoch } };
  replaceFile(file, `${JSON.stringify(raised, null, 2)}\n`);
  return [
    `settings: ${path.basename(file)} of this home says upload.epoch ${epoch} now; say it too in the file that the stack is started with`,
  ];
}

function settingsIn(file: string) {
  const text = readPlainFile(file, HANDWRITTEN_BYTES_MAX).toString('utf8');
  return (
    z
      .looseObject({ upload: z.looseObject({ epoch: z.number().optional() }).optional() })
      .safeParse(jsonOrUndefined(text)).data ?? null
  );
}

function brokerOf(ask: SettleAsk, note: RestoredNote) {
  const side = withOwnPublished(ask);
  const { lines, uploadEpochMin } = settleBroker({
    ...ask,
    side,
    nowMs: ask.nowMs(),
    epochBefore: note.uploadEpochMin,
  });
  return { lines, note: { ...note, uploadEpochMin } };
}

function researchOf(ask: SettleAsk, note: RestoredNote) {
  const { lines, releaseEpochMin } = settleResearch({ ...ask, epochBefore: note.releaseEpochMin });
  return { lines, note: { ...note, releaseEpochMin } };
}

/** A home of both tiers has what its research published. */
function withOwnPublished({ home, side }: SettleAsk): OtherSide {
  const own = homePlaces(home).research.published;
  return side.published === null && existsSync(own) ? { ...side, published: own } : side;
}

function requireSide(tier: GuardedTier, side: OtherSide): void {
  if (side.alone) return;
  const isThere = (folders: readonly string[]) => folders.some((one) => existsSync(one));
  const missing =
    tier === 'broker'
      ? [
          ...(isThere(publishedFolders(side)) ? [] : ['what was published (--research-home or --published)']),
          ...(isThere(receiptFolders(side)) ? [] : ["research's receipts (--research-home or --receipts)"]),
        ]
      : isThere(publishedFolders(side))
        ? []
        : ['what was published (--published, or --broker-home, which has what it took)'];
  if (missing.length > 0)
    throw new Failure(
      'RestoredNotSettled',
      `the ${tier} tier of this home cannot be compared: ${missing.join(' and ')} is not there`,
      'bring it here and name it; if there is no other side left, say --alone',
      { tier },
    );
}
