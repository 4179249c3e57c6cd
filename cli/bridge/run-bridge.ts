import { writeSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import { startBridge } from '../../bridge/bridge.js';
import { stepsNamed } from '../../bridge/paper-check/all-steps.js';
import type { Person } from '../../bridge/paper-check/person.js';
import { rehearse } from '../../bridge/paper-check/rehearse.js';
import type { RehearsalReport } from '../../bridge/paper-check/report.js';
import type { Step } from '../../bridge/paper-check/step.js';
import type { Config } from '../../shared/config/config.js';
import { Failure } from '../../shared/failure.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { goBeforeOthers } from '../../shared/node/process/bridge-priority.js';
import { untilAskedToStop } from '../../shared/node/process/stop-request.js';
import { failureText } from '../failure-text.js';

const STDERR = 2;

export type { Person, RehearsalReport, Step };
export { stepsNamed };

/** Is the bridge, until it is asked to stop. This is the one module of the command line that can send an order. */
export async function runBridge(config: Config, clock: MarketClock, logLevel: string): Promise<void> {
  const log = pino({ level: logLevel, base: { process: 'bridge' } }, pino.destination(STDERR));
  process.on('uncaughtException', (error) => endAtOnce(log, error));
  process.on('unhandledRejection', (error) => endAtOnce(log, error));
  const stop = untilAskedToStop();
  log.info({ priority: goBeforeOthers() }, 'how far the event loop goes before others (docs/bridge.md)');
  const bridge = await startBridge({ config, clock, home: config.home, log }).catch((error: unknown) =>
    endAtOnce(log, error),
  );
  await Promise.race([stop, bridge.failed]).catch((error: unknown) => endAtOnce(log, error));
  await bridge.stop().catch((error: unknown) => endAtOnce(log, error));
}

/**
 * Ends this process with exit code 1, so that the service host starts a new one: half a bridge is worse than none, and
 * what the next one has to know is in the journal already. Nothing else is tried, and nothing that is still open keeps
 * the process alive.
 */
function endAtOnce(log: Logger, error: unknown): never {
  const failure = error instanceof Failure ? error : defectOf(error);
  try {
    log.fatal({ err: error, failure: failure.type, fix: failure.fix }, failure.message);
    writeSync(STDERR, failureText(failure).text);
  } finally {
    process.exit(1);
  }
}

function defectOf(error: unknown): Failure {
  return new Failure(
    'Defect',
    `defect, the bridge ends: ${error instanceof Error ? error.stack : String(error)}`,
    'it is started anew by its service; if it is not, or ends again: docs/bridge.md, runbook "A bridge that ends by itself"',
  );
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
