import {
  ActivityFailure,
  ApplicationFailure,
  defineQuery,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { NextOpen } from '../../activities/broker/contract.js';
import type { GateVerdict, ShipPlan, SignedRelease, TrainedHeadSummary } from '../../activities/research/contract.js';
import type { SwapRecord } from '../../shared/handover/swap-record.js';
import type { Decision, ShipProgress, ShipResult } from '../../shared/ship/messages.js';
import { SHIP_ATTRIBUTES } from '../../shared/ship/search-attributes.js';
import type { ShipStage } from '../../shared/ship/stage.js';
import { broker } from './activities.js';
import { shipMarkdown } from './ship-markdown.js';

export const progressQuery = defineQuery<ShipProgress>('progress');

/** What is known of a ship so far, told to operators as it changes: search attributes, live details, a query, the result. */
export class ShipLog {
  stage: ShipStage = 'Retraining';
  readonly stages: { stage: string; seconds: number }[] = [];
  readonly remarks: string[] = [];
  plan: ShipPlan | null = null;
  heads: readonly TrainedHeadSummary[] = [];
  verdict: GateVerdict | null = null;
  held = false;
  decision: Decision | null = null;
  release: SignedRelease | null = null;
  nextOpen: NextOpen | null = null;
  swap: SwapRecord | null = null;
  private enteredAtMs = Date.now();
  private isArmed = false;
  private begun = false;

  constructor(readonly shipId: string) {
    setHandler(progressQuery, () => this.progress(), { description: 'Stage, times so far, reasons of a hold' });
  }

  open(plan: ShipPlan): void {
    this.plan = plan;
    upsertSearchAttributes([
      { key: SHIP_ATTRIBUTES.instrument, value: plan.instrument },
      { key: SHIP_ATTRIBUTES.synthetic, value: plan.synthetic },
    ]);
  }

  enter(stage: ShipStage): void {
    this.endStage();
    this.begun = true;
    this.stage = stage;
    if (stage === 'Held') this.held = true;
    upsertSearchAttributes([{ key: SHIP_ATTRIBUTES.stage, value: stage }]);
    this.show();
  }

  trained(heads: readonly TrainedHeadSummary[]): void {
    this.heads = heads;
    this.show();
  }

  gated(verdict: GateVerdict): void {
    this.verdict = verdict;
    const reasons = verdict.reasons.map((reason) => reason.slice(0, 200));
    upsertSearchAttributes([{ key: SHIP_ATTRIBUTES.holdReasons, value: reasons.length > 0 ? reasons : null }]);
  }

  decided(decision: Decision): void {
    this.decision = decision;
    upsertSearchAttributes([{ key: SHIP_ATTRIBUTES.holdReasons, value: null }]);
    this.show();
  }

  signed(release: SignedRelease): void {
    this.release = release;
    upsertSearchAttributes([{ key: SHIP_ATTRIBUTES.modelVersion, value: release.modelVersion }]);
    this.show();
  }

  awaiting(open: NextOpen | null): void {
    this.nextOpen = open;
    this.show();
  }

  armed(): void {
    this.isArmed = true;
  }

  swapped(swap: SwapRecord): void {
    this.swap = swap;
    this.isArmed = false;
    this.show();
  }

  remark(sentence: string): void {
    this.remarks.push(sentence);
    this.show();
  }

  /** Withdraws an armed swap; a bridge that was faster keeps what it has swapped to, and the log says so. */
  async disarm(): Promise<void> {
    if (!this.isArmed) return;
    const { alreadySwapped } = await broker.disarmSwap({ shipId: this.shipId });
    if (alreadySwapped) this.remark('The bridge had already swapped: ship a rollback to go back.');
  }

  close(outcome: ShipResult['outcome']): ShipResult {
    this.end(outcome);
    const { release } = this;
    return {
      outcome,
      live: outcome === 'Live',
      shipId: this.shipId,
      modelVersion: release?.modelVersion ?? null,
      counter: release?.counter ?? null,
      held: this.held,
      reasons: this.verdict?.reasons ?? [],
      decision: this.decision,
      modelCard: this.verdict?.card.html.uri ?? null,
      swappedAtMarketTime: this.swap?.marketTime ?? null,
      stages: this.stages,
      artefacts: release ? { tarball: release.tarball.uri, envelope: release.envelope.uri } : null,
    };
  }

  /** The stage in which the run closes stays as the search attribute: it is final. */
  end(stage: ShipStage, sentence?: string): void {
    if (sentence) this.remarks.push(sentence);
    this.enter(stage);
    const swappedAt = stage === 'Live' && this.swap ? new Date(this.swap.wallTime) : null;
    upsertSearchAttributes([
      { key: SHIP_ATTRIBUTES.holdReasons, value: null },
      { key: SHIP_ATTRIBUTES.shippedAt, value: swappedAt },
    ]);
  }

  sentenceOf(failure: unknown): string {
    const cause = failure instanceof ActivityFailure ? failure.cause : failure;
    if (cause instanceof ApplicationFailure && cause.message) return cause.message;
    return cause instanceof Error ? cause.message : String(cause);
  }

  private endStage(): void {
    const nowMs = Date.now();
    if (this.begun) this.stages.push({ stage: this.stage, seconds: (nowMs - this.enteredAtMs) / 1000 });
    this.enteredAtMs = nowMs;
  }

  private progress(): ShipProgress {
    return {
      stage: this.stage,
      stages: this.stages,
      modelVersion: this.release?.modelVersion ?? null,
      held: this.held,
      reasons: this.verdict?.reasons ?? [],
      decision: this.decision,
      modelCard: this.verdict?.card.html.uri ?? null,
      nextOpen: this.nextOpen?.rthOpen ?? null,
    };
  }

  private show(): void {
    setCurrentDetails(shipMarkdown(this));
  }
}
