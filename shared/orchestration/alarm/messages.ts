import { z } from 'zod';
import { alarm, SEVERITIES } from '../../alarm/alarm.js';

const seconds = z.number().int().positive().max(8_640_000);
const course = z.strictObject({
  repeatSeconds: z.record(z.enum(SEVERITIES), seconds),
  messagesALevel: z.number().int().positive(),
  levels: z.number().int().positive(),
  againAfterAckSeconds: seconds,
  flapSeconds: seconds,
  quiet: z
    .strictObject({ fromHour: z.number().int(), toHour: z.number().int(), timeZone: z.string().max(60) })
    .nullable(),
});

/** The one argument of `alarm`, and of its signal `raise`. */
export const alarmInput = z.strictObject({
  alarm,
  course,
  /** Messages that were sent before the workflow had it, and when the last one was. */
  messages: z.number().int().nonnegative().default(0),
  /** What a run that grew too long hands to the next. */
  carried: z
    .strictObject({
      isOpen: z.boolean(),
      lastMessageMs: z.number().nullable(),
      acknowledgedMs: z.number().nullable(),
      acknowledgedBy: z.string().nullable(),
      clearedMs: z.number().nullable(),
      isEndTold: z.boolean(),
    })
    .optional(),
});
export type AlarmInput = z.input<typeof alarmInput>;

/** Who answers, and why it may be quiet. */
export const acknowledgement = z.strictObject({
  by: z.string().min(1).max(200),
  reason: z.string().max(500).default(''),
});
export type Acknowledgement = z.input<typeof acknowledgement>;

export const alarmCleared = z.strictObject({ at: z.iso.datetime() });

/** What an alarm has come to. */
export interface AlarmResult {
  readonly fingerprint: string;
  readonly outcome: 'Resolved';
  readonly since: string;
  readonly until: string;
  readonly messages: number;
  readonly acknowledgedBy: string | null;
}

/** What is known of it now. */
export interface AlarmState {
  readonly fingerprint: string;
  readonly state: (typeof ALARM_STATES)[number];
  readonly messages: number;
  readonly acknowledgedBy: string | null;
}

export const ALARM_STATES = ['Open', 'Acknowledged', 'Silenced', 'Cleared', 'Resolved'] as const;

export const RAISE = 'raise';
export const CLEAR = 'clear';
export const ACKNOWLEDGE = 'acknowledge';

export function alarmId(fingerprint: string): string {
  return `alarm/${fingerprint}`;
}
