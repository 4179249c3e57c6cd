import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  defineSignal,
  defineUpdate,
  log as logger,
  patched,
  setHandler,
} from '@temporalio/workflow';
import type { GateVerdict, ShipPlan } from '../../activities/research/contract.js';
import { type Decision, decision, UNSIGNED_DECISION } from '../../shared/orchestration/ship/messages.js';
import { research } from '../steps/activities.js';
import { finalFailure } from '../steps/refusal.js';
import type { ShipLog } from './ship-log.js';

/** An update, so that whoever decides is told at once when the decision cannot be taken. */
export const decideUpdate = defineUpdate<string, [Decision]>('decide');
/** The same as a signal: tctl cannot send updates. An invalid one is reported in the details and changes nothing. */
export const decideSignal = defineSignal<[Decision]>('decide');

const description =
  'Approve a held ship: paste what `believe ship approve --print` prints. Reject it: {"verdict":"reject","by":"your name","reason":"why"}';

/** Runs whose approvals were taken unsigned replay as they were recorded. */
const SIGNED_DECISIONS = 'signed-decisions';

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
        if (input.verdict === 'approve' && input.signed === undefined) throw new Error(UNSIGNED_DECISION);
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

  /** @throws ApplicationFailure 'DecisionRefused', so that whoever decides is told why */
  private async take(input: Decision): Promise<string> {
    const taken = decision.parse(input);
    if (taken.verdict === 'approve' && patched(SIGNED_DECISIONS)) await this.check(taken);
    this.decided = taken;
    return `${taken.verdict === 'approve' ? 'approved' : 'rejected'} by ${taken.by}`;
  }

  /** The signatures are checked where there are keys to check them with: now, again by the signer, again by the broker. */
  private async check(approval: Decision): Promise<void> {
    if (approval.signed === undefined) throw refusedDecision(UNSIGNED_DECISION);
    try {
      await research.checkDecision.executeWithOptions({ summary: `who signed for ${approval.by}` }, [
        { shipId: this.log.shipId, decision: approval },
      ]);
    } catch (failure) {
      throw failure instanceof ActivityFailure ? refusedDecision(this.log.sentenceOf(failure)) : failure;
    }
    if (this.log.stage !== 'Held' || this.decided) throw refusedDecision(this.problemWith(approval) ?? 'too late');
  }

  private async takeOrRemark(input: Decision): Promise<void> {
    const problem = this.problemWith(input) ?? (await this.problemInTaking(input));
    if (!problem) return;
    logger.warn('decide signal ignored', { problem });
    this.log.remark(`A decide signal was ignored: ${problem}.`);
  }

  private async problemInTaking(input: Decision): Promise<string | null> {
    try {
      await this.take(input);
      return null;
    } catch (failure) {
      if (failure instanceof ApplicationFailure) return failure.message;
      throw failure;
    }
  }

  private problemWith(input: unknown): string | null {
    if (this.log.stage !== 'Held') return `this ship is not held: it is ${this.log.stage}`;
    if (this.decided) return `already decided by ${this.decided.by}`;
    const parsed = decision.safeParse(input);
    return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'not a decision');
  }
}

function refusedDecision(why: string): ApplicationFailure {
  return finalFailure('DecisionRefused', why);
}
