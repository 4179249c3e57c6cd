import type { SwapRecord } from '../../shared/contract/swap-record.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';

/** What the broker needs to know of a release before it has verified one byte of it. */
export interface ReleaseToLoad {
  readonly shipId: string;
  readonly modelVersion: number;
  readonly counter: number;
  readonly payloadSha256: string;
  /** File names in the releases module. */
  readonly tarball: string;
  readonly envelope: string;
}

export interface NextOpen {
  readonly tradeDate: string;
  /** Market time, ISO 8601 UTC. */
  readonly rthOpen: string;
  readonly rthOpenMarketMs: number;
  /** Wall milliseconds until then. */
  readonly waitMs: number;
}

export interface Observation {
  readonly healthy: boolean;
  /** Plain sentences; empty when healthy. */
  readonly faults: readonly string[];
  readonly decisions: number;
  readonly events: number;
  /** The same, signed by the broker, for the signer. Absent in histories from before the broker signed what it saw. */
  readonly sighting?: DsseEnvelope;
}

/** The bridge's line, and the broker's signature under it where the release was swapped in. */
export interface AwaitedSwap extends SwapRecord {
  readonly sighting?: DsseEnvelope;
}

export interface DisarmedSwap {
  readonly swappedPayloadSha256: string | null;
  readonly sighting?: DsseEnvelope;
}

export interface BrokerActivities {
  pullRelease(ask: ReleaseToLoad): Promise<{ bytes: number }>;
  verifyRelease(ask: ReleaseToLoad): Promise<{ files: number; keyIds: readonly string[] }>;
  nextRthOpen(): Promise<NextOpen>;
  armSwap(ask: ReleaseToLoad & { notBeforeMarketMs: number }): Promise<void>;
  /** Waits (heartbeating) for the bridge's line in swaps.jsonl. */
  awaitSwap(ask: ReleaseToLoad): Promise<AwaitedSwap>;
  /** Withdraws an armed swap; tells whether the bridge had already swapped. */
  disarmSwap(ask: { shipId: string }): Promise<DisarmedSwap>;
  observeRelease(ask: ReleaseToLoad & { marketSeconds: number }): Promise<Observation>;
  /** Brings the notes on releases that were given up. */
  pullRevocations(ask: { shipId: string }): Promise<{ revoked: number }>;
  /** @throws Failure unless the ship's release is the one that trades */
  haltTrading(ask: { shipId: string; reason: string }): Promise<void>;
}
