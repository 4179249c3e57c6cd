import { isReachable } from '../../setup/port-state.js';
import type { AccessCheck } from './test-access.js';

/** What a broker may listen on: ssh, Windows' RPC, SMB, remote desktop and remoting, the gateway's ports, our own. */
const USUAL_PORTS = [22, 135, 445, 3389, 4001, 4002, 5985, 7496, 7497];

/** From research: no connection to the broker comes about, whatever listens there. */
export function testWrongDirection(broker: string, ownPorts: readonly number[]): Promise<AccessCheck[]> {
  return Promise.all(
    [...USUAL_PORTS, ...ownPorts].map(async (port) => {
      const isOpen = await isReachable(broker, port, LIMIT_MS);
      const found = isOpen ? 'IT WAS CONNECTED' : 'no connection';
      return { what: `refused: ${broker}:${port}`, holds: !isOpen, found };
    }),
  );
}

/** Longer than a first packet that is lost takes to be sent again. */
const LIMIT_MS = 5000;
