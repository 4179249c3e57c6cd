import path from 'node:path';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import { CLIENT_ID } from '../../shared/config/services.js';
import { entryOf, journalLine } from '../../shared/contract/order-journal.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { ACCOUNT, type Day } from '../day/day.js';
import { BROKER } from '../day/home-template.js';
import { journalDate } from './journal-watch.js';
import { describe } from './order-rules.js';
import { heldOutsideSession } from './session-rule.js';
import type { Report } from './violation.js';

/** Alarms that tell a person that account and journal may differ, or that a position could not be closed. */
const TELLS = /Position|Execution|Order|Flatten|Clos|Loss|Expir|Roll|Contract|Account|Journal|Reject|Session/;

const DAY_MS = 86_400_000;

/** An alarm about orders and positions is raised now. */
function isToldOf(day: Day): boolean {
  const status = day.status();
  // Without a connection nothing can be known or closed: any alarm tells that.
  return (status?.alarms ?? []).some(({ alarm }) => status?.connection !== 'ready' || TELLS.test(alarm));
}

/** All faults are over, the kill switch is thrown: the bridge is back, and nothing of ours works any more. */
export function judgeQuiet(day: Day, report: Report): void {
  const status = day.status();
  const { current } = day.host;
  if (!current?.running || status?.connection !== 'ready') {
    const reasons = (status?.alarms ?? []).map(({ alarm }) => alarm).join(', ');
    if (!(current?.running && reasons))
      report('not-ready', `the faults are over, the bridge is ${status?.connection} (${reasons || 'no alarm'})`);
    return;
  }
  // Orders of another contract are not the bridge's to cancel: a person is told of them.
  const live = day.truth
    .liveUnderOurId()
    .filter(({ contract }) => contract.localSymbol === day.localSymbol || !isToldOf(day));
  if (live.length > 0) report('left-working', `${live.map(describe).join('; ')}, though the kill switch is thrown`);
  judgeAgreement(day, report);
  const held = heldOutsideSession(day);
  if (held !== null) report('position-outside-session', held);
}

function judgeAgreement(day: Day, report: Report): void {
  const { truth, localSymbol } = day;
  if (isToldOf(day)) return;
  const found = readJournal(day, localSymbol);
  if (!found) return;
  const position = truth.position(localSymbol);
  if (found.ledger.positionContracts !== position)
    report(
      'disagreement',
      `the account holds ${position}, the journal says ${found.ledger.positionContracts}, no alarm`,
    );
  const known = new Set(found.execIds);
  const roots = new Map<string, string>();
  // What happened while the link was down is told until the gateway's midnight only.
  const midnightMs = Math.floor(day.trueClock.nowMs() / DAY_MS) * DAY_MS;
  for (const { execId, clientId, contract, timeMs } of truth.executions())
    if (clientId === CLIENT_ID && contract.localSymbol === localSymbol && timeMs >= midnightMs)
      roots.set(execId.slice(0, execId.lastIndexOf('.')), execId);
  for (const execId of roots.values())
    if (!known.has(execId)) report('disagreement', `execution ${execId} is in no journal, and there is no alarm`);
}

/** An asked flatten has ended with nothing held and nothing working, or somebody is told. */
export function judgeFlat(day: Day, report: Report): void {
  const { truth, localSymbol } = day;
  const position = truth.position(localSymbol);
  const live = truth.liveOrders();
  if (position === 0 && live.length === 0) return;
  if (isToldOf(day)) return;
  report(
    'not-flat',
    `flatten was asked, ${position} contracts are held, ${live.map(describe).join('; ') || 'no order'} works`,
  );
}

/** What the journals' files say when the bridge has stopped. */
export function judgeJournals(day: Day): void {
  for (const symbol of day.product.contracts) {
    const found = readJournal(day, symbol);
    if (!found) continue;
    const known = new Set(found.execIds);
    for (const [execId, folder] of day.journals.acknowledged)
      if (path.basename(folder).endsWith(`-${symbol}`) && !known.has(execId))
        day.report('forgotten-execution', `${execId} was on disk, and is in no file of ${symbol} any more`);
  }
}

function readJournal(day: Day, localSymbol: string): { ledger: OrderLedger; execIds: string[] } | null {
  const { disk } = day.world;
  const folder = path.join(BROKER, 'journal', `${ACCOUNT}-${localSymbol}`);
  if (!disk.find(folder)) return null;
  const files = disk.list(folder).filter(([name]) => journalDate(name) !== null);
  const execIds: string[] = [];
  let ledger = new OrderLedger();
  for (const [name, node] of files) {
    if (node.kind === 'folder') continue;
    ledger = new OrderLedger();
    for (const line of node.contents().toString().split('\n').slice(0, -1)) {
      try {
        const entry = entryOf(journalLine.parse(JSON.parse(line)));
        if (entry.kind === 'fill' || entry.kind === 'bust') execIds.push(entry.execId);
        if (entry.kind === 'carry') execIds.push(...entry.executions.map(({ execId }) => execId));
        ledger.apply(entry);
      } catch (error) {
        day.report('journal-unreadable', `${name}: ${String(error).slice(0, 200)}: ${line.slice(0, 200)}`);
        return null;
      }
    }
  }
  return { ledger, execIds };
}

/** Every captured file can be read by the product's own reader, and its numbers have no hole. */
export async function judgeCaptures(day: Day): Promise<void> {
  const { disk } = day.world;
  const folder = path.join(BROKER, 'capture');
  if (!disk.find(folder)) return;
  const byNumber = new Intl.Collator('en', { numeric: true });
  const names = disk
    .list(folder)
    .map(([name]) => name)
    .filter((name) => name.startsWith('dom_ib') && name.endsWith('.jsonl'));
  const last = new Map<string, number>();
  for (const name of names.sort(byNumber.compare)) {
    const instrument = name.split('-')[1]!;
    try {
      const file = await openDepthFile(path.join(folder, name));
      for await (const { length, seq } of file.batches())
        for (let i = 0; i < length; i++) {
          const before = last.get(instrument);
          if (before !== undefined && seq[i]! !== before + 1 && !day.lostCaptureLines)
            day.report('capture-unreadable', `${name}: number ${seq[i]} follows ${before}`);
          last.set(instrument, seq[i]!);
        }
    } catch (error) {
      day.report('capture-unreadable', `${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
