import type { Reason } from './lifecycle.js';

/** The state that a refused order is told to be in; none: nothing but the error is told, and the order is not known. */
export type RefusedAs = 'Inactive' | 'Cancelled' | 'none';

export interface Rejection extends Reason {
  readonly code: number;
  readonly status: RefusedAs;
}

/** What a fault script has ordained for orders and cancels to come; each entry strikes once. */
export class Ordained {
  /** Orders that are rejected, whatever they say. */
  readonly rejections: Rejection[] = [];
  /** Errors about orders that are taken all the same. */
  readonly warnings: Reason[] = [];
  readonly suspensions: (Reason & { readonly thenMs?: number | undefined })[] = [];
  readonly holds: { readonly ms: number | undefined; readonly cancelsWait: boolean }[] = [];
  /** Cancels that are refused; the text says what IB would where none is given. */
  readonly cancelRefusals: { readonly code: number; readonly text?: string | undefined }[] = [];
  /** Cancels that come too late for some contracts. */
  readonly cancelRaces: { readonly fillContracts: number; readonly ms: number }[] = [];
  /** Limit prices further than this from the last trade are rejected. */
  priceBand: { readonly ticks: number; readonly code: number; readonly status: RefusedAs } | undefined;
  /** Answers to who asks for open orders that leave out the newest one. */
  omittedOpenOrders = 0;
  /** Told of every answer that has left one out. */
  onOmitted: () => void = () => {};
}
