import { continueAsNew, sleep, workflowInfo } from '@temporalio/workflow';
import type { SealedJournals } from '../activities/broker/path-contract.js';
import { type JournalInput, type JournalResult, journalInput } from '../shared/orchestration/path/messages.js';
import { carry } from './path/carry.js';
import { PathLog } from './path/path-log.js';
import { sayingWhatWaits } from './path/saying-what-waits.js';
import { brokerPath } from './steps/activities.js';
import { finalFailure, invalidInput } from './steps/refusal.js';

/** A history of some thousand events: well below what a server warns of. */
const ROUNDS_A_RUN = 200;

type Carried = NonNullable<JournalInput['carried']>;

/**
 * Sends orders, fills, decisions, swaps, alarms and status of one trade date as they are written, round after round, and
 * ends with the day's close. Continues as new before its history grows.
 */
export async function uploadJournal(input: JournalInput = {}): Promise<JournalResult> {
  const request = journalInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"requestedBy":"your name"}');
  const { carried, requestedBy } = request.data;
  const so = carried ?? (await begin(request.data.tradeDate));
  const log = new PathLog(`journals of ${so.broker}, ${so.tradeDate}`, so.tradeDate, null);
  log.batches = so.batches;
  log.rows = so.rows;
  try {
    for (let round = 1; round <= ROUNDS_A_RUN && !workflowInfo().continueAsNewSuggested; round++) {
      const { isOver, nextInSeconds } = await sendRound(log, so.tradeDate, false);
      so.rounds++;
      if (isOver) return await end(log, so);
      log.enter('Following');
      await sleep(nextInSeconds * 1000);
    }
  } catch (failure) {
    log.fail(failure);
    throw failure;
  }
  return await continueAsNew<typeof uploadJournal>({
    requestedBy,
    carried: { ...so, batches: log.batches, rows: log.rows },
  });
}

async function begin(tradeDate: string | undefined): Promise<Carried> {
  return { ...(await brokerPath.journalDay({ tradeDate })), rounds: 0, batches: 0, rows: 0 };
}

/** Nothing is sent where nothing was written since. */
async function sendRound(log: PathLog, tradeDate: string, close: boolean): Promise<SealedJournals> {
  if (log.state === null || close) log.enter('Sealing');
  const sealed = await sayingWhatWaits(log, 'the broker', () =>
    brokerPath.sealJournals.executeWithOptions(
      { summary: close ? `seal and close ${tradeDate}` : `seal ${tradeDate}` },
      [{ tradeDate, close }],
    ),
  );
  for (const { stream, message } of sealed.failed) log.remark(`${stream} stands still: ${message}`);
  if (sealed.batches === 0 && !close) return sealed;
  log.batches += sealed.batches;
  log.rows += sealed.rows;
  log.sealed(sealed.streams);
  await carry(log, sealed.streams, Date.now());
  log.enter('Acknowledging');
  await sayingWhatWaits(log, 'the receipts', () =>
    brokerPath.takeReceipts.executeWithOptions({ summary: 'receipts' }, [{ streams: sealed.streams }]),
  );
  return sealed;
}

/** What was written last, then what the day has in all. A stream that stands still ends the run with its reason, after the others. */
async function end(log: PathLog, { broker, tradeDate, rounds }: Carried): Promise<JournalResult> {
  const { failed } = await sendRound(log, tradeDate, true);
  const [first] = failed;
  if (first) throw finalFailure(first.type, first.message);
  log.enter('Pruning');
  await brokerPath.pruneBroker.executeWithOptions({ summary: 'delete what research has, and is old' }, [{}]);
  log.enter('Done');
  return { outcome: 'Done', broker, tradeDate, rounds, batches: log.batches, rows: log.rows };
}
