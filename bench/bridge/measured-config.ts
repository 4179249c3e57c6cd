import { sampleFile } from '../../setup/sample-data.js';
import { type Config, configSchema } from '../../shared/config/config.js';
import { restartElsewhere } from './restart-elsewhere.js';
import { INSTRUMENT } from './three-heads.js';

/** The real ten-level ES sample; not part of this repository. */
export const DEPTH_SAMPLE = sampleFile('es-depth/ESU9-20190829.depth.jsonl.gz');
export const ACCOUNT = 'DU1000001';

/** Settings of a measured bridge: as usual, with limits that let it send an order on every decision. */
export function bridgeConfig(home: string, port: number): Config {
  const config = configSchema.parse({
    ...{ home, clock: { kind: 'real' }, instrument: INSTRUMENT, metrics: { bridgePort: 0 } },
    ...{ gateway: { port, account: ACCOUNT }, input: { kind: 'files', depth: [DEPTH_SAMPLE] } },
    bridge: { restart: restartElsewhere() },
    risk: { staleDataMs: 60_000, maxPositionContracts: 200, priceCollarTicks: 100, maxDailyLossUsd: 1e9 },
  });
  // More than settings allow: in compressed time a minute holds many minutes' orders.
  return { ...config, risk: { ...config.risk, maxOrdersPerMinute: 6000 } };
}
