import type { Client } from '@temporalio/client';
import { keyPlaces } from '../../research/release/key-places.js';
import { initKeys, USUAL_CEREMONY } from '../../research/release/keys.js';
import type { Config } from '../../shared/config/config.js';
import { loadHomeConfig, writeHomeConfig } from '../../shared/config/home-config.js';
import { makeCurrent } from '../../temporal/deployment.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { openShips, type ShipRow } from '../ship/find-ship.js';
import { type MarketInput, prepareInput } from './market-input.js';
import { startSharedClock } from './shared-clock.js';
import type { Stack } from './stack.js';

export interface Launched {
  readonly client: Client;
  readonly input: MarketInput;
  /** A ship that was under way when this home was stopped. */
  readonly open: ShipRow | undefined;
}

/** Server, keys, market data, clock, tiers: everything but a ship. A ship under way keeps the input it began with. */
export async function launch(
  ask: { readonly config: Config; readonly inputGiven: boolean },
  stack: Stack,
  progress: (line: string) => void,
): Promise<Launched> {
  const client = await stack.startServer();
  const [open] = await openShips(client);
  const config = open && !ask.inputGiven ? loadHomeConfig({ home: ask.config.home }) : ask.config;
  initKeys(keyPlaces(config.home), { ...USUAL_CEREMONY, nowMs: Date.now() });
  const input = await prepareInput(config, progress);
  startSharedClock(input.config, input.dayAfter, Date.now());
  writeHomeConfig(input.config);
  await stack.startTiers(input.config, input.gatewayData);
  if (input.config.temporal.versioned) await makeCurrent(client, (await bundleWorkflows()).buildId);
  return { client, input, open };
}
