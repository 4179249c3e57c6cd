import type { SessionTimeouts } from './connection/session.js';

/** Waiting times that nobody has to set, but tests shorten. Wall milliseconds. */
export interface Tuning {
  readonly timeouts: SessionTimeouts;
  /** Between attempts to connect; doubles from the first to the last. */
  readonly backoff: { readonly firstMs: number; readonly lastMs: number };
  /** For the answer to any request. */
  readonly answerMs: number;
  /** Between two looks at the gateway's truth. */
  readonly secondLookMs: number;
  /** An order that stays in a passing state for this long is asked about. */
  readonly stuckOrderMs: number;
  /** Between two looks at the account's position. */
  readonly positionEveryMs: number;
  /** Messages of a race between a cancel and a fill settle themselves within this time. */
  readonly doubtMs: number;
  /** Between two requests for depth that the gateway does not have. */
  readonly depthRetryMs: number;
  /** Between two subscriptions made anew because the gateway sends what is no market event. */
  readonly oddRenewMs: number;
  /** Without depth for this long, in an open market, the feed is silent. */
  readonly silentFeedMs: number;
  /** An alarm is over when its cause was gone for this long. */
  readonly alarmQuietMs: number;
  /** A process that examines a release is ended after this time. */
  readonly examineMs: number;
  /** An event loop that does not come round for this long is ended, and the bridge with it. */
  readonly frozenMs: number;
}

export const USUAL_TUNING: Tuning = {
  timeouts: { handshakeMs: 10_000, heartbeatMs: 5000, silenceMsMax: 15_000 },
  backoff: { firstMs: 250, lastMs: 15_000 },
  answerMs: 10_000,
  secondLookMs: 1000,
  stuckOrderMs: 10_000,
  positionEveryMs: 10_000,
  doubtMs: 2000,
  depthRetryMs: 60_000,
  oddRenewMs: 5000,
  silentFeedMs: 180_000,
  alarmQuietMs: 30_000,
  examineMs: 60_000,
  frozenMs: 30_000,
};
