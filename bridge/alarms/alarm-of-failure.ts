import { type AlarmName, CONNECTION_ALARMS } from '../../shared/contract/alarm-line.js';

/** The alarm for a failed attempt, by its type. None for a gateway that is merely away: GatewayDown tells in time. */
export function alarmOfFailure(type: string): AlarmName | null {
  if (type === 'GatewayUnreachable') return null;
  return CONNECTION_ALARMS.find((name) => name === type) ?? 'ConnectionDefect';
}
