import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import { EntryLog } from '../release/entry-log.js';

const shipId = z.string().min(1);
const entry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('taken'), shipId, workflowId: z.string(), runId: z.string() }),
  z.strictObject({ kind: z.literal('left'), shipId }),
]);
type Entry = z.infer<typeof entry>;
type Holder = Extract<Entry, { kind: 'taken' }>;

const POLL_MS = 1000;

/**
 * Only one ship at a time is past the gate. The next one waits; a holder whose run has ended without leaving
 * (terminated by an operator) is passed over.
 */
export class Lane {
  private readonly log: EntryLog<Entry>;

  /** @param isOpen whether a workflow run is still under way */
  constructor(
    folder: string,
    private readonly isOpen: (workflowId: string, runId: string) => Promise<boolean>,
  ) {
    this.log = new EntryLog('ship lane', folder, entry);
  }

  /** Waits until the lane is this ship's. Taking it twice is taking it once. */
  async take(ship: Omit<Holder, 'kind'>, context: StepContext): Promise<void> {
    for (;;) {
      const entries = this.log.read();
      const holder = holderOf(entries);
      if (holder?.shipId === ship.shipId) return;
      if (holder === null || !(await this.isOpen(holder.workflowId, holder.runId))) {
        if (this.log.append(entries.length, { kind: 'taken', ...ship })) return;
        continue;
      }
      context.progress({ doing: `waiting for ${holder.workflowId}, which is past the gate` });
      await pause(POLL_MS, undefined, { signal: context.signal });
    }
  }

  /**
   * Only the run that has taken it frees the lane: which run asks, the server says and not the step's input. Does nothing
   * for any other; where the holder was begun anew as another run, its end frees it.
   */
  leave({ shipId: ship, workflowId, runId }: Omit<Holder, 'kind'>): void {
    for (;;) {
      const entries = this.log.read();
      const holder = holderOf(entries);
      if (holder?.shipId !== ship || holder.workflowId !== workflowId || holder.runId !== runId) return;
      if (this.log.append(entries.length, { kind: 'left', shipId: ship })) return;
    }
  }
}

function holderOf(entries: readonly Entry[]): Holder | null {
  const last = entries.at(-1);
  return last?.kind === 'taken' ? last : null;
}
