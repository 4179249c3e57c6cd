import { connect } from 'node:net';
import type { PathDescription } from '../../deploy/path/description.js';
import type { AccessCheck } from './test-access.js';

/** What a broker may listen on: ssh, Windows' RPC, SMB, remote desktop and remoting, the gateway's ports, our own. */
const USUAL_PORTS = [22, 135, 445, 3389, 4001, 4002, 5985, 7496, 7497];

/** From research: no connection to the broker comes about, whatever listens there. */
export function testWrongDirection(description: PathDescription): Promise<AccessCheck[]> {
  const { broker, rsyncPort, temporalPort } = description;
  const ports = [...USUAL_PORTS, temporalPort, rsyncPort];
  return Promise.all(
    ports.map(async (port) => {
      const found = await connectTo(broker.address, port);
      return { what: `refused: ${broker.address}:${port}`, holds: found !== CONNECTED, found };
    }),
  );
}

const CONNECTED = 'IT WAS CONNECTED';

function connectTo(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (found: string) => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(5000, () => done('no answer in 5 s'));
    socket.once('connect', () => done(CONNECTED));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}
