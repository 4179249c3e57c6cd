import { z } from 'zod';

/** About the connection to the gateway: over when one is ready. */
export const CONNECTION_ALARMS = [
  'GatewayDown',
  'ClientIdInUse',
  'ContractUnknown',
  'ContractDiffers',
  'PortMoved',
  'NoAnswer',
  'ConnectionDefect',
] as const;

/** Everything the bridge calls a person for. What each means and what to do is in docs/bridge.md. */
export const ALARM_NAMES = [
  ...CONNECTION_ALARMS,
  // Halts that nobody asked for
  'MarketDataRefused',
  'CaptureNotWritten',
  'JournalNotWritten',
  'PositionMismatch',
  'OrphanOrder',
  'OtherContract',
  'ForeignExecution',
  'DoubleOrder',
  'DailyLoss',
  'RejectBurst',
  'OddReport',
  'WrongAccount',
  'AccountCurrency',
  'LimitsNotSigned',
  // Requests
  'ActRefused',
  // Positions and orders
  'PositionOutsideHours',
  'PositionNotClosed',
  'OrdersLeft',
  'OrderNotCancelled',
  'OrderCodeUnlisted',
  'ExecutionBusted',
  // Market data
  'FeedSilent',
  'OddMarketData',
  // The contract
  'ContractExpiring',
  'RollOverdue',
  'OverlapNotCaptured',
  'CalendarDiffers',
  // Models and decisions
  'ReleaseNotRestored',
  'SwapRefused',
  'DecisionFailed',
  'DecisionLogNotWritten',
  // The clock and the journal
  'ClockBehindJournal',
  // The end of a process
  'JournalLost',
  'BridgeHung',
] as const;

export type AlarmName = (typeof ALARM_NAMES)[number];

/** One line of `broker/alarms.jsonl`: an alarm was raised, or is over. */
export const alarmLine = z.object({
  v: z.literal(1),
  /** Wall time. */
  at: z.iso.datetime(),
  state: z.enum(['raised', 'cleared']),
  alarm: z.enum(ALARM_NAMES),
  /** Plain words: why it was raised, the newest reason where it is cleared. */
  detail: z.string(),
});
export type AlarmLine = Readonly<z.infer<typeof alarmLine>>;
