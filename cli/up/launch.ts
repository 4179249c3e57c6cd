import type { Client } from '@temporalio/client';
import type { Config } from '../../shared/config/config.js';
import { loadHomeConfig, writeHomeConfig } from '../../shared/node/config/home-config.js';
import type { Stack } from '../../stack/stack.js';
import { makeCurrent } from '../../temporal/deployment.js';
import { bundleWorkflows } from '../../temporal/workflow-bundle.js';
import { openShips, type ShipRow } from '../ship/find-ship.js';
import { makeKeys } from './make-keys.js';
import { type MarketInput, prepareInput } from './market-input.js';
import { startSharedClock } from './shared-clock.js';
import { signFirstLimits } from './sign-first-limits.js';

export interface Launched {
  readonly client: Client;
  readonly input: MarketInput;
  /** A ship that was under way when this home was stopped. */
  readonly open: ShipRow | undefined;
  /** Which keys were made, and what whoever takes them can do. */
  readonly warnings: readonly string[];
}

/** Server, keys, market data, clock, tiers: everything but a ship. A ship under way keeps the input it began with. */
export async function launch(
  ask: { readonly config: Config; readonly inputGiven: boolean; readonly operatorName: string },
  stack: Stack,
  progress: (line: string) => void,
): Promise<Launched> {
  const client = await stack.startServer();
  const [open] = await openShips(client);
  const config = open && !ask.inputGiven ? loadHomeConfig({ home: ask.config.home }) : ask.config;
  const warnings = makeKeys(config.home, ask.operatorName);
  const input = await prepareInput(config, progress);
  startSharedClock(input.config, input.dayAfter, Date.now());
  writeHomeConfig(input.config);
  signFirstLimits(input.config);
  await stack.startTiers(input.config, input.gatewayData);
  if (input.config.temporal.versioned) await makeCurrent(client, (await bundleWorkflows()).buildId);
  return { client, input, open, warnings };
}
