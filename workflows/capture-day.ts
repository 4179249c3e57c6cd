import type { CapturedDay } from '../shared/contract/capture-file.js';
import { type CaptureInput, type CaptureResult, captureInput } from '../shared/orchestration/path/messages.js';
import { carry } from './path/carry.js';
import { PathLog } from './path/path-log.js';
import { sayingWhatWaits } from './path/saying-what-waits.js';
import { brokerPath, researchPath } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';

/**
 * Brings one captured trade date of a contract from the broker into the store: wait for its last segment, seal, upload,
 * receive, ingest, acknowledge, prune. What was done is found done, so a day may be run again.
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
  await brokerPath.awaitCaptured.executeWithOptions({ summary: `until ${day.tradeDate} is captured` }, [day]);
  log.enter('Sealing');
  const sealed = await sayingWhatWaits(log, 'the broker', () =>
    brokerPath.sealCapture.executeWithOptions({ summary: `seal ${day.instrument} of ${day.tradeDate}` }, [day]),
  );
  if (sealed === null) {
    log.remark('Nothing was captured of this contract on this trade date.');
    log.enter('Empty');
    return { outcome: 'Empty', ...day, batches: 0, rows: 0, events: 0, lagSeconds: null, pruned: 0 };
  }
  const { stream, epoch, seq, batches, rows } = sealed;
  log.batches = batches;
  log.rows = rows;
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
  log.enter('Pruning');
  const { deleted } = await brokerPath.pruneBroker.executeWithOptions(
    { summary: 'delete what research has, and is old' },
    [{}],
  );
  log.remark(`${events} events are in the store${deleted > 0 ? `; the broker has deleted ${deleted} files` : ''}.`);
  log.enter('Done');
  return { outcome: 'Done', ...day, batches, rows, events, lagSeconds: log.lagSeconds, pruned: deleted };
}
