import type { MarketClock } from '../../shared/clock/market-clock.js';
import type { RiskLimits } from '../../shared/config/operations.js';
import type { BridgeStatus } from '../../shared/handover/bridge-status.js';
import type { CaptureWriter } from '../capture/capture-writer.js';
import type { ConnectionState } from '../connection/keep-connected.js';
import type { MarketFeed } from '../feed/market-feed.js';
import type { Halts } from '../halt/halts.js';
import type { ModelInUse } from '../model-in-use.js';
import type { OrderDesk } from '../orders/order-desk.js';
import type { OrderLedger } from '../orders/order-ledger.js';
import type { Trading } from '../trading.js';
import type { BridgeDetails } from './status-server.js';
import type { Tally } from './tally.js';

export interface BridgeParts {
  readonly clock: MarketClock;
  readonly connection: ConnectionState;
  readonly halts: Halts;
  readonly model: ModelInUse;
  readonly tally: Tally;
  readonly desk: OrderDesk;
  readonly feed: MarketFeed;
  readonly capture: CaptureWriter;
  readonly ledger: OrderLedger;
}

/** The status and what else an operator wants to see. */
export function detailBridge(
  parts: BridgeParts & { readonly trading: Trading; readonly messagesWaiting: number; readonly limits: RiskLimits },
): BridgeDetails {
  const { halts, model, tally, capture, trading, messagesWaiting, limits } = parts;
  const { lastFillWallMs } = tally;
  return {
    status: describeBridge(parts),
    halts: halts.byCode,
    heads: model.release?.heads ?? [],
    limits,
    lastFillTime: Number.isNaN(lastFillWallMs) ? null : new Date(lastFillWallMs).toISOString(),
    pnlTodayUsd: Number.isNaN(trading.pnlToday) ? null : trading.pnlToday,
    messagesWaiting,
    captureBacklogBytes: capture.backlogBytes,
    eventLoopDelayMsP99: tally.eventLoopDelay.percentile(99) / 1e6,
  };
}

/** What the bridge says of itself now. */
export function describeBridge(parts: BridgeParts): BridgeStatus {
  const { clock, connection, halts, model, tally, desk, feed, capture, ledger } = parts;
  const { release } = model;
  return {
    v: 1,
    pid: process.pid,
    startedAt: tally.startedAt.toISOString(),
    wallTime: new Date().toISOString(),
    marketTime: new Date(clock.nowMs()).toISOString(),
    connection,
    trading: halts.any ? 'halted' : release === null ? 'no-model' : 'armed',
    haltReason: halts.sentence,
    modelVersion: release?.modelVersion ?? null,
    counter: release?.counter ?? null,
    shipId: model.shipId,
    eventsSeen: feed.eventsSeen,
    lastEventSeq: capture.lastSeq,
    lastEventMarketTime: Number.isNaN(tally.lastEventMarketMs) ? null : new Date(tally.lastEventMarketMs).toISOString(),
    decisions: tally.decisions,
    decisionErrors: tally.decisionErrors,
    ordersSent: desk.ordersSent,
    fills: tally.fills,
    positionContracts: ledger.positionContracts,
    decisionLatencyMsP50: tally.decisionLatency.quantileMs(50),
    decisionLatencyMsP99: tally.decisionLatency.quantileMs(99),
  };
}
