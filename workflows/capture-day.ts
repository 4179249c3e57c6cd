import { isCancellation } from '@temporalio/workflow';
import type { CapturedDay } from '../shared/contract/capture-file.js';
import type { CaptureSource } from '../shared/contract/capture-source.js';
import {
  type CaptureInput,
  type CaptureResult,
  captureInput,
  type SecondCaptureResult,
} from '../shared/orchestration/path/messages.js';
import type { ReconciledDay } from '../shared/orchestration/path/reconciled.js';
import { carry } from './path/carry.js';
import { PathLog } from './path/path-log.js';
import { sayingWhatWaits } from './path/saying-what-waits.js';
import { brokerPath, researchPath } from './steps/activities.js';
import { messageOf } from './steps/message-of.js';
import { invalidInput } from './steps/refusal.js';

/**
 * Brings one captured trade date of a contract from the broker into the store: wait for its last segment, seal, upload,
 * receive, ingest, acknowledge, prune. Where somebody else has captured it too, that comes home after it, and both are
 * compared. What was done is found done, so a day may be run again.
 */
export async function captureDay(input: CaptureInput = {}): Promise<CaptureResult> {
  const request = captureInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"instrument":"ESZ5","tradeDate":"2025-12-01"}');
  const { instrument, tradeDate } = request.data;
  const day = await brokerPath.captureDefaults({ instrument, tradeDate });
  const log = new PathLog(`${day.instrument} of ${day.tradeDate}`, day.tradeDate, day.instrument);
  try {
    return await bringHome(log, day);
  } catch (failure) {
    log.fail(failure);
    throw failure;
  }
}

async function bringHome(log: PathLog, day: CapturedDay): Promise<CaptureResult> {
  log.enter('Waiting');
  const { others = [] } = await brokerPath.awaitCaptured.executeWithOptions(
    { summary: `until ${day.tradeDate} is captured` },
    [day],
  );
  const own = await bring(log, day);
  if (own === null) log.remark('Nothing was captured of this contract on this trade date.');
  const brought: (Brought & { readonly source: CaptureSource })[] = [];
  for (const source of others) {
    const second = await orRemark(log, `${source} could not be brought home`, bringSecond(log, { ...day, source }));
    if (second !== null) brought.push({ ...second, source });
  }
  const seconds: SecondCaptureResult[] = [];
  for (const { source, events } of brought) {
    const found =
      own === null ? null : await orRemark(log, `${source} could not be compared`, compare(log, { ...day, source }));
    const { verdict = null, volumeMatchedPercent = null } = found ?? {};
    seconds.push({ source, events, verdict, volumeMatchedPercent });
  }
  const deleted = own === null && seconds.length === 0 ? 0 : await prune(log);
  if (own === null) {
    log.enter('Empty');
    return { outcome: 'Empty', ...day, batches: 0, rows: 0, events: 0, lagSeconds: null, pruned: deleted, seconds };
  }
  const { batches, rows, events } = own;
  log.remark(`${events} events are in the store${deleted > 0 ? `; the broker has deleted ${deleted} files` : ''}.`);
  log.enter('Done');
  return { outcome: 'Done', ...day, batches, rows, events, lagSeconds: log.lagSeconds, pruned: deleted, seconds };
}

interface Brought {
  readonly batches: number;
  readonly rows: number;
  readonly events: number;
}

/** One capture of the day, from sealing to its receipt; null where nothing was captured. */
async function bring(log: PathLog, day: CapturedDay): Promise<Brought | null> {
  const what = day.source === undefined ? '' : ` by ${day.source}`;
  log.enter('Sealing');
  const sealed = await sayingWhatWaits(log, 'the broker', () =>
    brokerPath.sealCapture.executeWithOptions({ summary: `seal ${day.instrument} of ${day.tradeDate}${what}` }, [day]),
  );
  if (sealed === null) return null;
  const { stream, epoch, seq, batches, rows } = sealed;
  log.batches += batches;
  log.rows += rows;
  log.sealed([sealed]);
  await carry(log, [{ stream, epoch, seq }], Date.now());
  log.enter('Ingesting');
  const { events } = await sayingWhatWaits(log, 'the store', () =>
    researchPath.ingestDay.executeWithOptions({ summary: `${batches} batches, ${rows} lines into the store` }, [day]),
  );
  log.enter('Acknowledging');
  await sayingWhatWaits(log, 'the receipt', () =>
    brokerPath.takeReceipts.executeWithOptions({ summary: `receipt up to ${seq}` }, [
      { streams: [{ stream, epoch, seq }] },
    ]),
  );
  return { batches, rows, events };
}

type SecondDay = CapturedDay & { readonly source: CaptureSource };

async function bringSecond(log: PathLog, day: SecondDay): Promise<Brought | null> {
  log.enter('Waiting');
  const { open = 0 } = await brokerPath.awaitCaptured.executeWithOptions(
    { summary: `until ${day.source} has ${day.tradeDate}` },
    [day],
  );
  if (open > 0)
    log.remark(`${day.source}: ${open} segments are still written; what is closed comes home without them.`);
  const brought = await bring(log, day);
  log.remark(
    brought === null
      ? `${day.source}: nothing was captured.`
      : `${day.source}: ${brought.events} events are in the store.`,
  );
  return brought;
}

/** Two captures that do not agree are no reason to stop: the alarm calls, and the spans are marked. */
async function compare(log: PathLog, day: SecondDay): Promise<ReconciledDay> {
  log.enter('Reconciling');
  const found = await sayingWhatWaits(log, 'the comparison', () =>
    researchPath.reconcileDay.executeWithOptions({ summary: `the bridge's capture against ${day.source}` }, [day]),
  );
  log.remark(found.markdown);
  return found;
}

/** A second capture never holds up the first one, nor the dates behind it: what fails is said, and tried with the next run. */
async function orRemark<T>(log: PathLog, what: string, step: Promise<T>): Promise<T | null> {
  try {
    return await step;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    log.remark(`${what}: ${messageOf(failure)}`);
    return null;
  }
}

async function prune(log: PathLog): Promise<number> {
  log.enter('Pruning');
  const { deleted } = await brokerPath.pruneBroker.executeWithOptions(
    { summary: 'delete what research has, and is old' },
    [{}],
  );
  return deleted;
}
