import { condition, defineSignal, defineUpdate, log as logger, setHandler } from '@temporalio/workflow';
import type { GateVerdict, ShipPlan } from '../../activities/research/contract.js';
import { type Decision, decision } from '../../shared/ship/messages.js';
import { research } from './activities.js';
import type { ShipLog } from './ship-log.js';

/** An update, so that whoever decides is told at once when the decision cannot be taken. */
export const decideUpdate = defineUpdate<string, [Decision]>('decide');
/** The same as a signal: tctl cannot send updates. An invalid one is reported in the details and changes nothing. */
export const decideSignal = defineSignal<[Decision]>('decide');

const description = 'Approve or reject a held ship: {"verdict":"approve"|"reject","by":"your name","reason":"why"}';

/**
 * Where a held ship waits for somebody's decision. Open from the ship's first moment, so that a decision sent before
 * there is anything to decide is refused at once and not kept for later.
 */
export class DecisionDesk {
  private decided: Decision | null = null;

  constructor(private readonly log: ShipLog) {
    setHandler(decideUpdate, (input) => this.take(input), {
      description,
      validator: (input) => {
        const problem = this.problemWith(input);
        if (problem) throw new Error(problem);
      },
    });
    setHandler(decideSignal, (input) => this.takeOrRemark(input), { description });
  }

  /** Reminds at intervals; rejects when nobody answers in time. The decision is written into the signed manifest. */
  async wait(plan: ShipPlan, verdict: GateVerdict): Promise<Decision> {
    this.decided = null;
    this.log.enter('Held');
    for (let heldForMs = 0; heldForMs < plan.holdTimeoutMs; ) {
      const waitMs = Math.min(plan.remindEveryMs, plan.holdTimeoutMs - heldForMs);
      if (await condition(() => this.decided !== null, waitMs, { summary: 'waiting for a decision' })) break;
      heldForMs += waitMs;
      if (heldForMs < plan.holdTimeoutMs) {
        await research.remindHeld({ shipId: this.log.shipId, reasons: verdict.reasons, heldForMs });
      }
    }
    const answer: Decision = this.decided ?? {
      verdict: 'reject',
      by: 'believe',
      reason: 'nobody decided before the hold timed out',
    };
    this.log.decided(answer);
    return answer;
  }

  private take(input: Decision): string {
    this.decided = decision.parse(input);
    return `${this.decided.verdict === 'approve' ? 'approved' : 'rejected'} by ${this.decided.by}`;
  }

  private takeOrRemark(input: Decision): void {
    const problem = this.problemWith(input);
    if (!problem) this.take(input);
    else {
      logger.warn('decide signal ignored', { problem });
      this.log.remark(`A decide signal was ignored: ${problem}.`);
    }
  }

  private problemWith(input: unknown): string | null {
    if (this.log.stage !== 'Held') return `this ship is not held: it is ${this.log.stage}`;
    if (this.decided) return `already decided by ${this.decided.by}`;
    const parsed = decision.safeParse(input);
    return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'not a decision');
  }
}
