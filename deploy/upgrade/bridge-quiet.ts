import { type BridgeStatus, bridgeStatus } from '../../shared/contract/bridge-status.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import { readJson } from '../../shared/node/files/read-json.js';

/** The bridge writes its status once a second. */
const FRESH_MS = 30_000;

/** Why the bridge is not to be restarted now; nothing where it is flat and no regular hours are. */
export function bridgeRefusals(statusFile: string, instrument: string, nowMs: number): string[] {
  return [...hoursRefusals(instrument, nowMs), ...positionRefusals(readJson(statusFile, bridgeStatus), nowMs)];
}

function hoursRefusals(instrument: string, nowMs: number): string[] {
  return calendarOfInstrument(instrument).sessionPhase(nowMs) === 'rth'
    ? [`these are regular hours of ${instrument}: the bridge restarts outside them`]
    : [];
}

function positionRefusals(status: BridgeStatus | null, nowMs: number): string[] {
  const ageMs = status === null ? Number.POSITIVE_INFINITY : nowMs - Date.parse(status.wallTime);
  if (status === null || ageMs > FRESH_MS)
    return ['the bridge does not say whether it is flat: it does not run, or its status is old'];
  const { positionContracts, accountContracts, queues } = status;
  return [
    ...(positionContracts === 0 ? [] : [`the bridge has a position of ${positionContracts}`]),
    ...(accountContracts === 0 ? [] : [`the account has ${accountContracts ?? 'an unknown number of'} contracts`]),
    ...(queues?.ordersLive === 0 ? [] : [`${queues?.ordersLive ?? 'an unknown number of'} orders are live`]),
  ];
}
