import type { Alarm } from '../../shared/alarm/alarm.js';

export interface TellAsk {
  readonly alarm: Alarm;
  readonly number: number | 'end';
  readonly level: number;
}

export interface Told {
  /** Channels that have told it; none where none are set up. */
  readonly told: readonly string[];
  /** Channels that could not. */
  readonly failed: readonly string[];
  /** Nobody is told until then (wall ms): a silence or a maintenance window. */
  readonly silentUntilMs: number | null;
}

/** Steps of the process that holds the channels' secrets. */
export interface AlarmActivities {
  /** Tells a message once, whoever asks how often. @throws NotTold, which is tried again */
  tellAlarm(ask: TellAsk): Promise<Told>;
}
