import { pino } from 'pino';
import { startBridge } from '../../bridge/bridge.js';
import type { MarketClock } from '../../shared/clock/market-clock.js';
import type { Config } from '../../shared/config/config.js';
import { untilAskedToStop } from '../../shared/process/stop-request.js';

/** Is the bridge, until it is asked to stop. The one module of the command line that can send an order. */
export async function runBridge(config: Config, clock: MarketClock, logLevel: string): Promise<void> {
  const log = pino({ level: logLevel, base: { process: 'bridge' } }, pino.destination(2));
  const stop = untilAskedToStop();
  const bridge = await startBridge({ config, clock, home: config.home, log });
  await stop;
  await bridge.stop();
}
