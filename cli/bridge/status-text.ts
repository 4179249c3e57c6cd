import type { BridgeStatus } from '../../shared/contract/bridge-status.js';

/** The status as lines for a terminal; what an earlier version of the bridge does not tell is left out. */
export function statusText(status: BridgeStatus, ageMs: number): string {
  return [
    ...(status.synthetic ? ['SYNTHETIC market: generated, not a record of any exchange'] : []),
    `connection  ${status.connection}, trading ${status.trading}${status.haltReason ? ` (${status.haltReason})` : ''}`,
    ...(status.alarms ?? []).map(({ alarm, since, detail }) => `ALARM       ${alarm} since ${since}: ${detail}`),
    ...(status.instrument === undefined ? [] : [`contract    ${status.instrument}${nextText(status.roll)}`]),
    `market      ${marketText(status)}`,
    `regime      ${regimeText(status.regime)}`,
    `model       ${status.modelVersion === null ? 'none' : `v${status.modelVersion} (${status.shipId})`}${headsText(status.heads)}`,
    `position    ${status.positionContracts} contracts${accountText(status)}, today ${status.pnlTodayUsd?.toFixed(2) ?? 'unknown'} USD; ${fillText(status.lastFill)}`,
    `counted     ${status.eventsSeen} events, ${status.decisions} decisions (${status.decisionErrors} failed), ${status.ordersSent} orders, ${status.fills} fills`,
    `decisions   p50 ${milliseconds(status.decisionLatencyMsP50)}, p99 ${milliseconds(status.decisionLatencyMsP99)}; event loop late p99 ${milliseconds(status.eventLoopDelayMsP99)}`,
    `queues      ${pairs(status.queues)}`,
    `limits      ${limitsText(status.limits)}`,
    `said ${Math.round(ageMs / 1000)} s ago by process ${status.pid}, started ${status.startedAt}`,
  ].join('\n');
}

function nextText(roll: BridgeStatus['roll']): string {
  return roll?.next && roll.rollDate ? `, ${roll.next} from ${roll.rollDate} on` : '';
}

function marketText({ marketData, bestBid, bestAsk, lastEventMarketTime, lastEventAgeMs }: BridgeStatus): string {
  const prices = bestBid == null || bestAsk == null ? 'no settled book' : `${bestBid} / ${bestAsk}`;
  const last =
    lastEventMarketTime === null
      ? 'no event yet'
      : `last event ${lastEventMarketTime}, ${milliseconds(lastEventAgeMs ?? undefined)} of market time ago`;
  return `${marketData ?? 'unknown'}, ${prices}, ${last}`;
}

function regimeText(regime: BridgeStatus['regime']): string {
  if (!regime) return 'unknown';
  const { sessionPhase, volatility, trend, volatilityBasisPoints } = regime;
  const size = volatilityBasisPoints === null ? '' : ` (${volatilityBasisPoints.toFixed(1)} basis points a bar)`;
  return `${sessionPhase}, volatility ${volatility ?? 'unknown'}${size}, trend ${trend ?? 'unknown'}`;
}

function headsText(heads: BridgeStatus['heads']): string {
  return (heads ?? []).map(({ name, onnxSha256 }) => `, ${name} ${onnxSha256.slice(0, 12)}`).join('');
}

/** What the account says, where that is something else; and whether the position is being closed. */
function accountText({ accountContracts, positionContracts, closing }: BridgeStatus): string {
  const differs = accountContracts != null && accountContracts !== positionContracts;
  return `${differs ? ` (the account says ${accountContracts})` : ''}${closing ? `, being closed: ${closing}` : ''}`;
}

function fillText(fill: BridgeStatus['lastFill']): string {
  return fill ? `last fill ${fill.side} ${fill.contracts} at ${fill.price}, ${fill.wallTime}` : 'no fill yet';
}

function limitsText(limits: BridgeStatus['limits']): string {
  return Object.entries(limits ?? {})
    .map(([name, { limit, used }]) => `${name} ${used === null ? '' : `${Math.round(used)} of `}${limit}`)
    .join(', ');
}

function pairs(values: Readonly<Record<string, number>> = {}): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? 'unknown' : `${value.toFixed(1)} ms`;
}
