import type { FullBridgeStatus } from '../../shared/contract/bridge-status.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { Alarms } from '../alarms/alarms.js';
import type { CaptureWriter } from '../capture/capture-writer.js';
import type { ConnectionState } from '../connection/keep-connected.js';
import type { MarketFeed } from '../feed/market-feed.js';
import type { Halts } from '../halt/halts.js';
import type { ModelInUse } from '../model-in-use.js';
import type { AccountPosition } from '../orders/account-position.js';
import type { JournalQueue } from '../orders/journal-queue.js';
import type { OrderDesk } from '../orders/order-desk.js';
import { limitUse } from '../risk/limit-use.js';
import type { Trading } from '../trading.js';
import type { RegimeWatch } from './regime.js';
import type { Tally } from './tally.js';

export interface BridgeParts {
  readonly clock: MarketClock;
  readonly connection: ConnectionState;
  readonly halts: Halts;
  readonly alarms: Alarms;
  readonly model: ModelInUse;
  readonly tally: Tally;
  readonly desk: OrderDesk;
  readonly feed: MarketFeed;
  readonly capture: CaptureWriter;
  readonly journal: JournalQueue;
  readonly trading: Trading;
  readonly position: AccountPosition;
  readonly regime: RegimeWatch;
  readonly synthetic: boolean;
  /** The contract that is traded. */
  readonly instrument: string;
  readonly roll: FullBridgeStatus['roll'];
  /** Messages that wait for their turn to be sent to the gateway. */
  readonly messagesWaiting: number;
}

/** What the bridge says of itself now. */
export function describeBridge(parts: BridgeParts): FullBridgeStatus {
  const { clock, connection, halts, alarms, model, tally, desk, feed, capture, journal, trading, regime } = parts;
  const { release } = model;
  const { ledger } = journal;
  const nowMarketMs = clock.nowMs();
  const risk = trading.riskContext();
  return {
    v: 1,
    pid: process.pid,
    startedAt: tally.startedAt.toISOString(),
    wallTime: new Date().toISOString(),
    marketTime: new Date(nowMarketMs).toISOString(),
    ...{ instrument: parts.instrument, roll: parts.roll },
    connection,
    up: connection === 'ready',
    trading: halts.any ? 'halted' : release === null ? 'no-model' : 'armed',
    haltReason: halts.sentence,
    halts: halts.byCode,
    alarms: alarms.raised,
    modelVersion: release?.modelVersion ?? null,
    counter: release?.counter ?? null,
    shipId: model.shipId,
    heads: [...(release?.heads ?? [])],
    synthetic: parts.synthetic,
    marketData: feed.marketData,
    eventsSeen: feed.eventsSeen,
    oddMessages: feed.oddMessages,
    lastEventSeq: capture.lastSeq,
    lastEventMarketTime: Number.isNaN(tally.lastEventMarketMs) ? null : new Date(tally.lastEventMarketMs).toISOString(),
    lastEventAgeMs: known(feed.ages.eventAgeMs),
    bestBid: known(risk.bid),
    bestAsk: known(risk.ask),
    regime: regime.regime(risk.sessionPhase),
    decisions: tally.decisions,
    decisionErrors: tally.decisionErrors,
    decisionLatencyMsP50: tally.decisionLatency.quantileMs(50),
    decisionLatencyMsP99: tally.decisionLatency.quantileMs(99),
    decisionLatency: tally.decisionLatency.histogram,
    ordersSent: desk.ordersSent,
    fills: tally.fills,
    lastFill: tally.lastFill,
    positionContracts: ledger.positionContracts,
    accountContracts: parts.position.contracts,
    closing: trading.closeReason,
    pnlTodayUsd: known(trading.pnlToday),
    limits: limitUse(risk),
    queues: {
      messagesWaiting: parts.messagesWaiting,
      captureBacklogBytes: capture.backlogBytes,
      journalLinesWaiting: journal.linesWaiting,
      ordersLive: risk.openOrders,
    },
    eventLoopDelayMsP99: known(tally.eventLoopDelay.percentile(99) / 1e6) ?? 0,
  };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
