import type { SwapRecord } from '../../shared/handover/swap-record.js';

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
}

export interface BrokerActivities {
  pullRelease(ask: ReleaseToLoad): Promise<{ bytes: number }>;
  verifyRelease(ask: ReleaseToLoad): Promise<{ files: number; keyIds: readonly string[] }>;
  nextRthOpen(): Promise<NextOpen>;
  armSwap(ask: ReleaseToLoad & { notBeforeMarketMs: number }): Promise<void>;
  /** Waits (heartbeating) for the bridge's line in swaps.jsonl. */
  awaitSwap(ask: ReleaseToLoad): Promise<SwapRecord>;
  /** Withdraws an armed swap; tells whether the bridge had already swapped. */
  disarmSwap(ask: { shipId: string }): Promise<{ swappedPayloadSha256: string | null }>;
  observeRelease(ask: ReleaseToLoad & { marketSeconds: number }): Promise<Observation>;
  haltTrading(ask: { shipId: string; reason: string }): Promise<void>;
}
