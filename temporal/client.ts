import { Client, Connection } from '@temporalio/client';
import { Failure } from '../shared/failure.js';
import type { ServerAddress } from './server-address.js';

/** A client for the command line. @throws Failure 'NoTemporal' when the server does not answer within a few seconds */
export async function connectClient(server: ServerAddress): Promise<Client> {
  try {
    const connection = await Connection.connect({
      address: server.address,
      connectTimeout: '3s',
      ...(server.tls ? { tls: server.tls } : {}),
    });
    const { namespace, dataConverter } = server;
    return new Client({ connection, namespace, ...(dataConverter ? { dataConverter } : {}) });
  } catch (error) {
    throw new Failure(
      'NoTemporal',
      `no Temporal server answers at ${server.address}: ${error instanceof Error ? error.message : String(error)}`,
      'start the stack with `npm start`, or name a running server with temporal.address in believe.config.json',
      { address: server.address },
    );
  }
}
