import { pino } from 'pino';
import { startBridge } from '../../bridge/bridge.js';
import { stepsNamed } from '../../bridge/paper-check/all-steps.js';
import type { Person } from '../../bridge/paper-check/person.js';
import { rehearse } from '../../bridge/paper-check/rehearse.js';
import type { RehearsalReport } from '../../bridge/paper-check/report.js';
import type { Step } from '../../bridge/paper-check/step.js';
import type { MarketClock } from '../../shared/clock/market-clock.js';
import type { Config } from '../../shared/config/config.js';
import { untilAskedToStop } from '../../shared/process/stop-request.js';

export type { Person, RehearsalReport, Step };
export { stepsNamed };

/** Is the bridge, until it is asked to stop. This is the one module of the command line that can send an order. */
export async function runBridge(config: Config, clock: MarketClock, logLevel: string): Promise<void> {
  const log = pino({ level: logLevel, base: { process: 'bridge' } }, pino.destination(2));
  const stop = untilAskedToStop();
  const bridge = await startBridge({ config, clock, home: config.home, log });
  await stop;
  await bridge.stop();
}

/**
 * Tries the steps on a paper account. Ctrl-C, once or more often, ends the step under way; what is held is then closed.
 * @throws Failure as `rehearse`
 */
export async function runRehearsal(
  config: Config,
  clock: MarketClock,
  steps: readonly Step[],
  person: Person,
): Promise<RehearsalReport> {
  // Whatever is pressed after the first time: nothing ends this process before everything is closed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, () => {});
  const stop = new AbortController();
  void untilAskedToStop().then(() => {
    process.stderr.write('stopping: what is open is closed first\n');
    stop.abort();
  });
  return rehearse({ config, clock, steps, person, signal: stop.signal });
}
