import type { GatewayCore } from '../gateway-core.js';
import type { Outage } from '../outage.js';
import type { Session } from '../session.js';
import type { FaultAction } from './fault-script.js';
import type { ReportFaults } from './report-faults.js';

/** What faults need beyond a client's view of the gateway. */
export interface FaultScene extends GatewayCore {
  outage: Outage | undefined;
  readonly reportFaults: ReportFaults;
  /** Closes everything, and is back after `downMs`. */
  restart(downMs: number): void;
  /** Lets what an outage held back go on. */
  endOutage(): void;
}

/** What an action does; `struck` are the clients that it names, or all of them. */
export type Effect<Kind extends FaultAction['do']> = (
  scene: FaultScene,
  action: Extract<FaultAction, { do: Kind }>,
  struck: readonly Session[],
) => void;

/** The effects of one group of actions. */
export type Effects<Kind extends FaultAction['do']> = { readonly [Each in Kind]: Effect<Each> };

/** Clients past startApi: all, or the one named. */
export function sessionsOf(scene: GatewayCore, clientId: number | undefined): Session[] {
  return [...scene.sessions].filter(
    (session) => session.clientId !== undefined && (clientId === undefined || session.clientId === clientId),
  );
}
