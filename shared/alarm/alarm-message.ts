import { type Alarm, fingerprintOf } from './alarm.js';

/** Of one message of one alarm, from the time since which it is: whoever sends it gives it the same id. */
export function messageId(alarm: Alarm, number: number | 'end'): string {
  return `${fingerprintOf(alarm)} ${alarm.since} ${number}`;
}

/** What people read. */
export function alarmText(alarm: Alarm, number: number | 'end'): { readonly title: string; readonly text: string } {
  const { severity, name, about, tier, detail, look, since } = alarm;
  const which = about === '' ? name : `${name} (${about})`;
  if (number === 'end')
    return { title: `over: ${which}`, text: `${which} on ${tier} is over. It was so since ${since}.\n\n${detail}` };
  const urgency = severity === 'page' ? 'ALARM' : 'warning';
  return {
    title: `${urgency}: ${which}${number > 1 ? `, told for the ${ordinal(number)} time` : ''}`,
    text: `${detail}\n\nOn ${tier}, since ${since}.\nWhat to do: ${look}`,
  };
}

function ordinal(number: number): string {
  const [tens, ones] = [number % 100, number % 10];
  if (tens >= 11 && tens <= 13) return `${number}th`;
  return `${number}${ones === 1 ? 'st' : ones === 2 ? 'nd' : ones === 3 ? 'rd' : 'th'}`;
}
