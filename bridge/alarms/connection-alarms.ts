import type { AlarmName } from '../../shared/handover/alarm-line.js';

/** Alarms that are over when a connection is ready. */
export const CONNECTION_ALARMS = [
  'GatewayDown',
  'ClientIdInUse',
  'ContractUnknown',
  'ContractDiffers',
  'PortMoved',
  'NoAnswer',
  'ConnectionDefect',
] as const satisfies readonly AlarmName[];

/** The alarm for a failed attempt, by its type. None for a gateway that is merely away: GatewayDown tells in time. */
export function alarmOfFailure(type: string): AlarmName | null {
  if (type === 'GatewayUnreachable') return null;
  return CONNECTION_ALARMS.find((name) => name === type) ?? 'ConnectionDefect';
}
