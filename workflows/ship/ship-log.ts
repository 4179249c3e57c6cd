import {
  ActivityFailure,
  ApplicationFailure,
  defineQuery,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { AwaitedSwap, NextOpen } from '../../activities/broker/contract.js';
import type { GateVerdict, ShipPlan, SignedRelease, TrainedHeadSummary } from '../../activities/research/contract.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import type { Decision, ShipProgress, ShipResult, ToDecide } from '../../shared/orchestration/ship/messages.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import type { ShipStage } from '../../shared/orchestration/ship/stage.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import { broker } from '../steps/activities.js';
import { shipMarkdown } from './ship-markdown.js';

const REMARKS_MAX = 30;

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
  /** What an approval of this ship signs; null before the gate has spoken. */
  toDecide: ToDecide | null = null;
  /** The broker's signed word on the release that trades; for the signer. */
  sighting: DsseEnvelope | undefined;
  /** The broker may have bytes of this ship. */
  isAtBroker = false;
  private enteredAtMs = Date.now();
  private mayBeArmed = false;
  private tradingPayloadSha256: string | null = null;
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

  gated(verdict: GateVerdict, candidateSha256: string): void {
    this.verdict = verdict;
    this.toDecide = { shipId: this.shipId, candidateSha256, gateReportSha256: verdict.report.sha256 };
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

  /** Said before the broker is asked: an abort in the middle of arming must find the swap that it withdraws. */
  arming(): void {
    this.mayBeArmed = true;
  }

  swapped({ sighting, ...swap }: AwaitedSwap): void {
    this.swap = swap;
    this.sighting = sighting;
    this.mayBeArmed = false;
    if (swap.outcome === 'swapped') this.tradingPayloadSha256 = swap.payloadSha256;
    this.show();
  }

  /** The newest ones: signals that are refused come from anybody, as often as they like. */
  remark(sentence: string): void {
    this.remarks.push(sentence);
    if (this.remarks.length > REMARKS_MAX) this.remarks.shift();
    this.show();
  }

  /** Withdraws a swap that may be armed. A bridge that was faster keeps what it has swapped to. */
  async disarm(): Promise<void> {
    if (!this.mayBeArmed) return;
    const { swappedPayloadSha256, sighting } = await broker.disarmSwap({ shipId: this.shipId });
    this.sighting = sighting;
    this.tradingPayloadSha256 = swappedPayloadSha256;
    this.mayBeArmed = false;
  }

  /** The release of this ship that the bridge trades by now; null where it kept the old heads. */
  trading(): SignedRelease | null {
    return this.release?.payloadSha256 === this.tradingPayloadSha256 ? this.release : null;
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
      toDecide: this.stage === 'Held' ? this.toDecide : null,
      modelCard: this.verdict?.card.html.uri ?? null,
      nextOpen: this.nextOpen?.rthOpen ?? null,
      remarks: this.remarks,
    };
  }

  private show(): void {
    setCurrentDetails(shipMarkdown(this));
  }
}
