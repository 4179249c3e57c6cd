import type { JournalLine } from '../../../shared/contract/order-journal.js';
import { Failure } from '../../../shared/failure.js';
import { backtestSettings } from '../../backtest/backtest-settings.js';
import { calibrateQueue } from '../../backtest/calibrate-queue.js';
import { ownOrdersOf } from '../../backtest/read-own-orders.js';
import type { EventStream } from '../../replay/event-stream.js';
import type { MonitorReport } from '../report.js';

type OwnQueue = MonitorReport['execution']['queue'];

/** The queue model under which the own orders of the date are filled as they were; null where too few of them rested. */
export async function queueByOwnOrders(lines: readonly JournalLine[], stream: EventStream): Promise<OwnQueue> {
  const own = lines.filter((line) => line.kind === 'intent' || line.kind === 'fill' || line.kind === 'cancel');
  try {
    const { queue, orders, error } = await calibrateQueue([stream], ownOrdersOf(own), backtestSettings.parse({}));
    return { model: queue, orders, error };
  } catch (error) {
    if (error instanceof Failure && error.type === 'TooFewOwnOrders') return null;
    throw error;
  }
}

/** What the own orders of an earlier date said. */
export function newestQueue(before: readonly MonitorReport[]): OwnQueue {
  return before.findLast(({ execution }) => execution.queue !== null)?.execution.queue ?? null;
}
