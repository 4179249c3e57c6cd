import { z } from 'zod';
import { ALARM_NAMES } from './alarm-line.js';

const count = z.number().int().nonnegative();

const contract = z.string();

/** Where the bridge is on its way from one contract to the next. */
export const rollStatus = z.object({
  current: contract,
  /** Null while the gateway has not told it. */
  lastTradeDate: z.iso.date().nullable(),
  next: contract.nullable(),
  nextLastTradeDate: z.iso.date().nullable(),
  rule: z.enum(['calendar', 'volume']),
  calendarDaysBeforeExpiry: count,
  /** The first trade date in the next contract, by the calendar, and market time at which it begins. */
  rollDate: z.iso.date().nullable(),
  fromMarketTime: z.iso.datetime().nullable(),
  /** Market time from which `risk.daysBeforeExpiry` opens nothing, where that is before the roll date; null where it is not. */
  idleFrom: z.iso.datetime().nullable().optional(),
  isDue: z.boolean(),
  /** Null where volume does not decide. A bridge of an earlier version says nothing of it. */
  volume: z
    .object({
      /** The first trade date that is compared; null while it is not known. */
      watchDate: z.iso.date().nullable(),
      /** The trade date by which the next contract follows; null while that is not decided. */
      decidedBy: z.iso.date().nullable(),
      dates: z.array(
        z.object({
          tradeDate: z.iso.date(),
          present: z.number().nullable(),
          next: z.number().nullable(),
          isNextMore: z.boolean(),
          missing: z.string().nullable(),
        }),
      ),
    })
    .nullable()
    .optional(),
  /** Why the contract could not be changed at this moment, in plain words. */
  inTheWay: z.array(z.string()),
  /** Contracts that are captured beside the one that is traded. */
  capturedBeside: z.array(contract),
  /** The change before; null where there was none. */
  last: z
    .object({ from: contract, to: contract, at: z.iso.datetime(), firstTradeDate: z.iso.date(), by: z.string() })
    .nullable(),
});
export type RollStatus = Readonly<z.infer<typeof rollStatus>>;

/** What an operator wants to see beside the numbers that workflows judge by. A bridge of an earlier version tells less. */
const details = {
  /** The contract that is traded. */
  instrument: contract,
  /** Null where one contract is traded alone. */
  roll: rollStatus.nullable(),
  /** Connected and reconciled. */
  up: z.boolean(),
  /** The market is generated: say SYNTHETIC wherever its numbers are shown. */
  synthetic: z.boolean(),
  /** What is captured: the whole book, the best prices only, or nothing that makes a book. */
  marketData: z.enum(['depth', 'top-of-book', 'none']),
  /** Messages that were no market event, since the start: each odd value is a gap in the capture, and never an event. */
  oddMessages: count,
  /** Market milliseconds since the last market event, by a clock that is never stepped; null before the first. */
  lastEventAgeMs: z.number().nonnegative().nullable(),
  /** Points; null while the book is not settled. */
  bestBid: z.number().nullable(),
  bestAsk: z.number().nullable(),
  lastFill: z
    .object({
      wallTime: z.iso.datetime(),
      side: z.enum(['BUY', 'SELL']),
      contracts: z.number().positive(),
      /** Points. */
      price: z.number(),
    })
    .nullable(),
  /** Signed position by the account's own word; null while the gateway has not told it. */
  accountContracts: z.number().int().nullable(),
  /** Why the position is being closed: flatten, daily-loss, hours-end or outside-hours; null where it is not. */
  closing: z.string().nullable(),
  /** Of the trade date, commissions deducted; null while no price is known. */
  pnlTodayUsd: z.number().nullable(),
  heads: z.array(z.object({ name: z.string(), onnxSha256: z.string() })),
  regime: z.object({
    sessionPhase: z.string(),
    volatility: z.enum(['low', 'middle', 'high']).nullable(),
    trend: z.enum(['up', 'flat', 'down']).nullable(),
    volatilityBasisPoints: z.number().nullable(),
  }),
  /** By the setting's name, which ends in its unit; `used` is null where the limit is for one order. */
  limits: z.record(z.string(), z.object({ limit: z.number(), used: z.number().nullable() })),
  queues: z.object({
    /** Messages that wait for their turn to be sent to the gateway. */
    messagesWaiting: count,
    /** Captured lines that the disk has not taken yet. */
    captureBacklogBytes: count,
    /** Lines of the order journal that the disk has not taken yet. */
    journalLinesWaiting: count,
    ordersLive: count,
  }),
  /** From the event that led to a decision to the decision. Buckets are cumulative. */
  decisionLatency: z.object({
    count,
    sumMs: z.number().nonnegative(),
    buckets: z.array(z.object({ leMs: z.number().positive(), count })),
  }),
  /** How late the event loop comes round. */
  eventLoopDelayMsP99: z.number().nonnegative(),
  /** Reasons for which trading is halted now, by code. */
  halts: z.record(z.string(), z.string()),
  alarms: z.array(z.object({ alarm: z.enum(ALARM_NAMES), since: z.iso.datetime(), detail: z.string() })),
};

/** `broker/status.json`, replaced by temp + rename about once a second: what the bridge says of itself. */
export const bridgeStatus = z.object({
  v: z.literal(1),
  pid: z.number().int(),
  startedAt: z.iso.datetime(),
  wallTime: z.iso.datetime(),
  marketTime: z.iso.datetime(),
  connection: z.enum(['connecting', 'connected', 'reconciling', 'ready', 'down']),
  trading: z.enum(['armed', 'halted', 'no-model']),
  /** Plain words; null while trading is armed. */
  haltReason: z.string().nullable(),
  modelVersion: z.number().int().positive().nullable(),
  counter: z.number().int().positive().nullable(),
  shipId: z.string().nullable(),
  eventsSeen: count,
  lastEventSeq: count,
  lastEventMarketTime: z.iso.datetime().nullable(),
  decisions: count,
  /** Decisions that ended in an error since the last swap. */
  decisionErrors: count,
  ordersSent: count,
  fills: count,
  positionContracts: z.number().int(),
  decisionLatencyMsP50: z.number().nonnegative(),
  decisionLatencyMsP99: z.number().nonnegative(),
  ...z.object(details).partial().shape,
});
export type BridgeStatus = Readonly<z.infer<typeof bridgeStatus>>;

/** As this version of the bridge tells it. */
export type FullBridgeStatus = Readonly<Required<BridgeStatus>>;
