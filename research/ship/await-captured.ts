import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from '../../shared/orchestration/step-context.js';

const LOOK_EVERY_MS = 5000;

export interface CapturedWait {
  /** The newest trade date that has ended. */
  readonly newestEnded: () => string;
  /** Trade dates that are in the store whole. */
  readonly complete: () => Promise<readonly string[]> | readonly string[];
  /** Wall ms; asked again after a restart it is the same. */
  readonly deadlineMs: number;
  readonly everyMs?: number;
}

/** Waits until the newest trade date that has ended is in the store whole, and no longer than the deadline. Says meanwhile what it waits for. */
export async function awaitCaptured(
  { newestEnded, complete, deadlineMs, everyMs = LOOK_EVERY_MS }: CapturedWait,
  { progress, signal }: StepContext,
): Promise<void> {
  for (;;) {
    const date = newestEnded();
    if (Date.now() >= deadlineMs || (await complete()).includes(date)) return;
    progress({ doing: `waiting until ${new Date(deadlineMs).toISOString()} for ${date} to come home whole` });
    await sleep(Math.min(everyMs, deadlineMs - Date.now()), undefined, { signal });
  }
}
