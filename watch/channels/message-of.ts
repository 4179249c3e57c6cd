import { type Alarm, fingerprintOf } from '../../shared/alarm/alarm.js';
import { alarmText, messageId } from '../../shared/alarm/alarm-message.js';
import type { Message } from './channel.js';

/** What people are told of an alarm, whoever tells it. */
export function messageOf(one: Alarm, number: number | 'end', acknowledgeUrl: string | null = null): Message {
  return {
    ...{ id: messageId(one, number), kind: number === 'end' ? 'over' : 'open', severity: one.severity },
    ...{ fingerprint: fingerprintOf(one), acknowledgeUrl, ...alarmText(one, number) },
  };
}
