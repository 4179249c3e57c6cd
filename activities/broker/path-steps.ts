import { prune } from '../../broker/prune/prune.js';
import { captureBacklog } from '../../broker/seal/captured-days.js';
import { countVolumes } from '../../broker/volume/count-volumes.js';
import { type BatchPlace, sourceOf } from '../../shared/contract/batch-stream.js';
import { IB_SOURCE } from '../../shared/contract/capture-source.js';
import { Failure } from '../../shared/failure.js';
import type { ProductCalendar } from '../../shared/market/calendar/product-calendars.js';
import { oneAtATime } from '../../shared/one-at-a-time.js';
import { asked } from '../../shared/orchestration/asked.js';
import { capturedDay } from '../../shared/orchestration/path/asks.js';
import { step } from '../step.js';
import { captureAsk, journalDayAsk, journalsAsk, receiptsAsk } from './path-asks.js';
import type { BrokerPathActivities } from './path-contract.js';
import { awaitCaptured, newestEnded, type PathHome, sealCapture, sealJournals } from './seal-steps.js';
import type { Transport } from './transport.js';

export interface PathDependencies extends PathHome {
  /** The contract that this broker's bridge captures. */
  readonly instrument: () => string;
  readonly transport: Transport;
  /** Where volume decides when the contract is rolled: the product's hours. */
  readonly volumes?: Pick<ProductCalendar, 'rthSessionOf'> | undefined;
}

/** The broker's steps on the way back. It reads what the bridge wrote, and every connection is its own. */
export function createPathSteps(deps: PathDependencies): BrokerPathActivities {
  const { brokerFolder, upload, hours, transport, volumes } = deps;
  const { broker, epoch } = upload;
  const inTurn = oneAtATime();
  const backlog = (instrument?: string) =>
    captureBacklog(brokerFolder, { broker, epoch, before: hours.tradeDateNow(), instrument });
  return {
    captureBacklog: (ask) => step(async () => ({ days: backlog(asked(captureAsk, ask).instrument) })),
    captureDefaults: (ask) =>
      step(async () => {
        const { instrument = deps.instrument(), tradeDate } = asked(captureAsk, ask);
        return { instrument, tradeDate: tradeDate ?? newestEnded(deps) };
      }),
    awaitCaptured: (ask) => step(async (context) => awaitCaptured(deps, asked(capturedDay, ask), context)),
    sealCapture: (ask) => step(async (context) => sealCapture(deps, asked(capturedDay, ask), context)),
    journalDay: (ask) =>
      step(async () => ({ broker, tradeDate: asked(journalDayAsk, ask).tradeDate ?? hours.tradeDateNow() })),
    sealJournals: (ask) =>
      step(async (context) => {
        const { tradeDate, close } = asked(journalsAsk, ask);
        return await sealJournals(deps, tradeDate, close, context);
      }),
    pushBatches: () => step(async (context) => await transport.push(context)),
    takeReceipts: (ask) =>
      step(async (context) => {
        const { streams } = asked(receiptsAsk, ask);
        const acknowledged = await transport.takeReceipts(streams, context);
        requireAll(streams, acknowledged);
        if (volumes !== undefined && streams.some(({ stream }) => sourceOf(stream) === IB_SOURCE))
          await inTurn(() => countVolumes({ brokerFolder, broker, epoch, calendar: volumes, signal: context.signal }));
        return { acknowledged };
      }),
    pruneBroker: () =>
      step(async () => {
        const { retentionDays } = upload;
        const deleted = prune({ brokerFolder, broker, epoch, retentionDays, tradeDate: hours.tradeDateNow() });
        return { deleted: deleted.length };
      }),
  };
}

/** Research has them, so their receipts come: what fetches them is tried again. */
function requireAll(streams: readonly BatchPlace[], acknowledged: readonly BatchPlace[]): void {
  for (const { stream, seq } of streams) {
    const known = acknowledged.find((one) => one.stream === stream)?.seq ?? 0;
    if (known < seq)
      throw new Failure(
        'ReceiptMissing',
        `research has acknowledged ${known} of ${seq} batches of ${stream}`,
        'wait: it is asked again; if it stays so, look at the receiver',
        { stream, seq, acknowledged: known },
      );
  }
}
