import { z } from 'zod';
import { headName } from '../../shared/model/heads/head.js';
import { queueSpec } from '../backtest/queue-model.js';
import { driftState } from './drift/drift-watch.js';
import { PHASE_NAMES } from './drift/session-phases.js';

const count = z.number().int().nonnegative();
const text = z.string();
const said = z.union([z.number(), z.string()]).nullable();

/** Everything that a day can be found to be, as alarms name it. What each means and what to do: docs/alarms.md. */
export const MONITOR_ALARMS = [
  'ParityBroken',
  'DriftFound',
  'ModelDecayed',
  'KillCriterionMet',
  'ExecutionWorse',
  'CaptureDamaged',
] as const;
export type MonitorAlarm = (typeof MONITOR_ALARMS)[number];

export const finding = z.strictObject({
  alarm: z.enum(MONITOR_ALARMS),
  /** What it is about, where there can be several. */
  about: text,
  sentence: text.min(1),
  /** The command that shows it. */
  look: text,
});
export type Finding = Readonly<z.infer<typeof finding>>;

const parity = z.strictObject({
  /** Decisions of the date in the log; those that a replay made too, and of these the ones that are not the same to the bit. */
  logged: count,
  compared: count,
  different: count,
  onlyLive: count,
  onlyReplay: count,
  /** Releases that began to decide on this date. */
  versions: z.array(count),
  /** First trade date that was replayed for the bridge's memory; null where nothing was. */
  replayedFrom: z.iso.date().nullable(),
  first: z
    .strictObject({
      seq: z.number(),
      /** ns since the epoch. */
      ts: text,
      /** Empty where the replay did not decide there at all. */
      inputs: z.array(z.strictObject({ name: text, live: said, replayed: said })),
    })
    .nullable(),
});

const phaseRate = z.strictObject({
  events: count,
  seconds: z.number().nonnegative(),
  /** Events a second on the last dates that this one is compared with; null while they are fewer than five. */
  usual: z.strictObject({ dates: count, low: z.number(), high: z.number() }).nullable(),
});

const data = z.strictObject({
  ...{ events: count, trades: count, gaps: count, resets: count, unsettled: count, batches: count },
  longestSilenceSeconds: z.number().nonnegative(),
  phases: z.partialRecord(z.enum(PHASE_NAMES), phaseRate),
});

const drift = z.strictObject({
  /** Null where the release knows no reference. */
  modelVersion: count.nullable(),
  features: z.array(
    z.strictObject({
      head: headName,
      feature: text,
      rows: count,
      missingShare: z.number(),
      ks: z.number(),
      psi: z.number(),
      /** Factor of the mean distance from the median, against training. */
      widthFactor: z.number(),
      p: z.number().nullable(),
    }),
  ),
  changed: z.array(text),
  farToday: z.array(text),
  /** Pairs of features whose rank correlation lies farthest from that of training; shown, and no alarm. */
  pairs: z
    .array(z.strictObject({ head: headName, a: text, b: text, training: z.number(), today: z.number() }))
    .default([]),
  /** Evidence after this date, for the next. */
  state: driftState,
});

const range = z.strictObject({ low: z.number(), high: z.number() });

const model = z.strictObject({
  heads: z.array(
    z.strictObject({
      head: headName,
      rows: count,
      logLoss: z.number(),
      /** What knowing only the shares of the classes in training gives on the same rows. */
      classPriorLogLoss: z.number(),
      hitRate: z.number().nullable(),
      calibrationError: z.number(),
      /** By class: what was said and what came, in ten bins; so that dates can be taken together. */
      bins: z.array(z.array(z.strictObject({ rows: count, probabilitySum: z.number(), outcomeSum: z.number() }))),
      /** By the gate; skill: how far below that of the class shares the log loss is. */
      promised: z
        .strictObject({ logLoss: z.number(), skill: z.number(), hitRate: z.number(), calibrationError: z.number() })
        .nullable(),
      /** Of log loss less that of the class shares: 95 % of single dates lie in it, by the gate's blocks; null with too few of them. */
      range: range.nullable(),
      p: z.number().nullable(),
    }),
  ),
  /** Evidence of decay after this date. */
  state: driftState,
  changed: z.array(text),
  kill: z.array(
    z.strictObject({ sentence: text, value: z.number(), unit: text, now: z.number().nullable(), isMet: z.boolean() }),
  ),
});

const markout = z.strictObject({ seconds: count, contracts: count, meanTicks: z.number().nullable() });

const side = z.strictObject({
  orders: count,
  orderedContracts: count,
  filledContracts: count,
  /** Of the contracts that were asked for; null where none were. */
  fillRate: z.number().nullable(),
  netTicks: z.number().nullable(),
  markouts: z.array(markout),
});

const execution = z.strictObject({
  live: side.extend({
    rejected: count,
    cancelled: count,
    /** From the journal's "sent" to the first fill, market milliseconds. */
    fillMsP50: z.number().nullable(),
    fillMsP90: z.number().nullable(),
    /** Price paid against the mid when the order was decided, ticks a contract. */
    slippageTicks: z.number().nullable(),
    /** Currency a contract and side, and what the settings assume. */
    feePerContract: z.number().nullable(),
  }),
  assumedFeePerContract: z.number(),
  /** Under which the own orders that rested would have been filled most nearly as they were; null where too few rested. */
  queue: z.strictObject({ model: queueSpec, orders: count, error: z.number() }).nullable().default(null),
  /** The backtester on the same events with the same release; null where it could not be run. */
  backtest: side.nullable(),
  /** By the gate's dates: 95 % of single dates lie in it. */
  promised: z.strictObject({ netTicks: z.number(), range: range.nullable() }).nullable(),
});

/** `report.json` of a monitored trade date. */
export const monitorReport = z.strictObject({
  kind: z.literal('believe.monitor-report'),
  version: z.literal(1),
  instrument: text,
  tradeDate: z.iso.date(),
  synthetic: z.boolean(),
  /** Wall time. */
  createdAt: z.iso.datetime(),
  /** Release that traded at the end of the date; null where none did. */
  modelVersion: count.nullable(),
  parity,
  data,
  drift,
  model,
  execution,
  /** Dates in a row, this one included, on which every decision was the same to the bit. */
  cleanDays: count,
  findings: z.array(finding),
});
export type MonitorReport = Readonly<z.infer<typeof monitorReport>>;
