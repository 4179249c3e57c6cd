import type { Gateway } from '../../simulator/gateway.js';
import type { RunningGateway } from '../../simulator/running-gateway.js';
import type { Session, Subscription } from '../../simulator/session.js';

export function sessionsOf(gateway: Gateway): Session[] {
  return [...(gateway as RunningGateway).sessions];
}

/** What the gateway's clients are subscribed to now, by request id. */
export function subscriptionsOf(gateway: Gateway): [requestId: number, Subscription][] {
  return sessionsOf(gateway).flatMap(({ subscriptions }) => [...subscriptions]);
}

/** The request id of the one subscription of a kind; undefined where there is none. */
export function requestIdOf(gateway: Gateway, kind: Subscription['kind']): number | undefined {
  return subscriptionsOf(gateway).find(([, subscription]) => subscription.kind === kind)?.[0];
}
