import type { SwapRecord } from '../../shared/handover/swap-record.js';

/** A release that was verified, loaded, warmed and whose golden rows came out as signed. */
export interface LoadedRelease<Heads = unknown> {
  readonly modelVersion: number;
  readonly counter: number;
  readonly payloadSha256: string;
  readonly headSet: Heads;
  readonly heads: SwapRecord['heads'];
  readonly goldenRowsChecked: number;
  /** Gives the memory of the heads back. */
  readonly dispose: () => void;
}
