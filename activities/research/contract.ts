import type { HeadName } from '../../shared/model/heads/head.js';
import type { Decision, ShipRequest } from '../../shared/orchestration/ship/messages.js';
import type { Reference } from '../../shared/reference.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import type { MadeFold } from './fold-contract.js';

export interface ShipPlan {
  readonly instrument: string;
  /** True where the data is the project's own generator's: said wherever a number is shown. */
  readonly synthetic: boolean;
  readonly heads: readonly HeadName[];
  readonly holdTimeoutMs: number;
  readonly remindEveryMs: number;
  readonly observeMarketSeconds: number;
}

export interface PinnedTrainingSet {
  readonly merkleRoot: string;
  readonly shards: number;
  readonly bytes: number;
  readonly manifest: Reference;
}

export interface SamplesSummary {
  readonly head: HeadName;
  readonly rows: number;
  readonly tradeDates: number;
  readonly samples: Reference;
}

export interface TrainedHeadSummary {
  readonly head: HeadName;
  readonly rows: number;
  readonly rounds: number;
  readonly parityRows: number;
  readonly trainLogLoss: number;
  readonly onnx: Reference;
}

export interface CandidateSummary {
  /** Manifest of the candidate folder: names and hashes of what would be released. */
  readonly manifest: Reference;
}

export interface GatePlan {
  readonly folds: readonly { head: HeadName; fold: number; isOffered?: boolean }[];
  /** Where other research hosts find what they need for the folds that are offered; absent where this one scores them alone. */
  readonly offer?: Reference;
  /** Trade dates, yyyymmdd, that the policy trades; absent in runs that began when the gate traded none. */
  readonly days?: readonly number[];
  /** Model version that the candidate is compared with; null for a first release. */
  readonly priorVersion: number | null;
  /** Why the plan is not conclusive, e.g. too few trade dates; empty when it is. */
  readonly problems: readonly string[];
}

export interface FoldSummary {
  readonly head: HeadName;
  readonly fold: number;
  readonly testRows: number;
  readonly candidateLogLoss: number;
  readonly priorLogLoss: number | null;
  readonly score: Reference;
}

export interface DaySummary {
  /** yyyymmdd. */
  readonly tradeDate: number;
  readonly trades: number;
  readonly candidateNetTicks: number;
  readonly priorNetTicks: number | null;
  readonly day: Reference;
}

export interface GateVerdict {
  readonly verdict: 'pass' | 'hold';
  /** Plain sentences; empty on a pass. */
  readonly reasons: readonly string[];
  /** Candidate against prior, as a markdown table, at most 8 kB. */
  readonly markdown: string;
  readonly report: Reference;
  /** The model card as it would be released, for whoever decides on a hold. */
  readonly card: { readonly json: Reference; readonly html: Reference };
  readonly priorVersion: number | null;
}

export interface SignedRelease {
  readonly modelVersion: number;
  readonly counter: number;
  readonly payloadSha256: string;
  readonly tarball: Reference;
  readonly envelope: Reference;
}

export interface ShipKey {
  /** Unique to one run of one ship; every step is idempotent by it. */
  readonly shipId: string;
}

export interface ResearchActivities {
  openShip(ask: ShipKey & { request: ShipRequest }): Promise<ShipPlan>;
  pinTrainingSet(ask: ShipKey): Promise<PinnedTrainingSet>;
  buildSamples(ask: ShipKey & { trainingSet: PinnedTrainingSet }): Promise<SamplesSummary[]>;
  trainHead(ask: ShipKey & { samples: SamplesSummary }): Promise<TrainedHeadSummary>;
  assembleCandidate(ask: ShipKey & { heads: readonly TrainedHeadSummary[] }): Promise<CandidateSummary>;
  planGate(ask: ShipKey & { samples: readonly SamplesSummary[] }): Promise<GatePlan>;
  scoreFold(ask: ShipKey & { plan: GatePlan; samples: SamplesSummary; fold: number }): Promise<FoldSummary>;
  /**
   * Brings home a fold that was offered, from the host that has scored it.
   * @throws FoldRefused where it cannot be used: it is then scored here
   */
  takeFold(ask: ShipKey & { plan: GatePlan; head: HeadName; fold: number; made: MadeFold }): Promise<FoldSummary>;
  /** Trades one date by the policy of candidate and prior; after every fold was scored. */
  scoreDay(ask: ShipKey & { plan: GatePlan; tradeDate: number }): Promise<DaySummary>;
  judgeGate(ask: ShipKey & { plan: GatePlan; scores: readonly FoldSummary[] }): Promise<GateVerdict>;
  /** Waits (heartbeating) until no other open ship is past the gate, then takes the lane. */
  takeLane(ask: ShipKey): Promise<{ priorVersion: number | null }>;
  leaveLane(ask: ShipKey): Promise<void>;
  remindHeld(ask: ShipKey & { reasons: readonly string[]; heldForMs: number }): Promise<void>;
  /** @throws DecisionRefused unless the operators that the root asks for have signed it, about this ship */
  checkDecision(ask: ShipKey & { decision: Decision }): Promise<void>;
  /**
   * Of what is asked, the ship and the decision's signatures count: the rest is for people who read the history. What is
   * signed follows from the ship's own records, judged again by the signer.
   */
  signRelease(
    ask: ShipKey & {
      candidate: CandidateSummary;
      gate: GateVerdict;
      trainingSet: PinnedTrainingSet;
      decision: Decision | null;
    },
  ): Promise<SignedRelease>;
  /**
   * Signs a release with a higher counter that names the bytes of the release before; null where there is none. Which one
   * misbehaves, the broker's sighting says.
   */
  signRollback(
    ask: ShipKey & { faulty: SignedRelease; reasons: readonly string[]; sighting?: DsseEnvelope | undefined },
  ): Promise<SignedRelease | null>;
  /**
   * Signs a release with a higher counter that names the bytes that operators have ordered back from what trades.
   * @throws OrderRefused
   */
  signOrderedRollback(ask: ShipKey & { order: DsseEnvelope }): Promise<SignedRelease>;
  publishRelease(ask: ShipKey & { release: SignedRelease }): Promise<void>;
  /** From here on the release that the broker has seen swapped is what the next candidate is compared with. */
  recordLive(ask: ShipKey & { release: SignedRelease; sighting?: DsseEnvelope | undefined }): Promise<void>;
  /** A signed note to brokers: what this ship has signed and did not bring into use is never loaded. */
  revokeRelease(ask: ShipKey & { reason: string }): Promise<void>;
  /** The release that this ship has signed so far; settles a signing whose outcome is unknown. */
  signedRelease(ask: ShipKey): Promise<SignedRelease | null>;
}
