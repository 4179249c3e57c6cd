import { setTimeout as pause } from 'node:timers/promises';
import { DayRecords } from '../../research/ingest/day-record.js';

/** Few, so that a first evening shows the whole circle; what they are worth, the gate says. */
const DAYS = 6;
const LOOK_EVERY_MS = 2000;

/** Waits until some captured trade dates are in the store. */
export async function untilCaptured(storeFolder: string, stop: AbortSignal): Promise<void> {
  const records = new DayRecords(storeFolder);
  while (records.ofBridge().length < DAYS) await pause(LOOK_EVERY_MS, undefined, { signal: stop });
}
