import type { RequestName } from '../wire/decode-request.js';
import type { OddPosition } from './actions/odd-kinds.js';

/** What a fault script has ordained for answers to come; each entry strikes once. */
export class ScriptedAnswers {
  /** Requests that are neither done nor answered, after so many that are. */
  readonly ignoredRequests: { readonly request: RequestName; skip: number; times: number }[] = [];
  /** What requests for depth are answered with instead of depth. */
  readonly depthRefusals: { readonly code: number; readonly text: string }[] = [];
  /** Delays of the first order ids of clients that connect. */
  readonly lateFirstIdsMs: number[] = [];
  /** Delays with which the positions of fills are told, to subscribers and on request. */
  readonly latePositionsMs: number[] = [];
  /** What is wrong with positions that are told. */
  readonly oddPositions: OddPosition[] = [];

  /** To be called once with every request. @returns whether this one is neither done nor answered */
  isIgnored(request: RequestName): boolean {
    const index = this.ignoredRequests.findIndex((ignored) => ignored.request === request);
    const found = this.ignoredRequests[index];
    if (!found || found.skip-- > 0) return false;
    if (--found.times === 0) this.ignoredRequests.splice(index, 1);
    return true;
  }
}
