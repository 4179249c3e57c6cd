import type { Client } from '@temporalio/client';
import type { Config } from '../shared/config/config.js';
import { connectClient } from '../temporal/client.js';
import { serverAddress } from '../temporal/server-address.js';
import { configOf, type HomeOptions } from './home-verb.js';

/** With a connection to the server of the home, which is closed again. */
export async function withClient(
  options: HomeOptions,
  work: (client: Client, config: Config) => Promise<void>,
): Promise<void> {
  const config = configOf(options);
  const client = await connectClient(serverAddress(config));
  try {
    await work(client, config);
  } finally {
    await client.connection.close();
  }
}
