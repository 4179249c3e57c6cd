import { parseArgs } from 'node:util';
import type { Config } from '../shared/config/config.js';
import { loadHomeConfig } from '../shared/node/config/home-config.js';

/** Where a worker serves its metrics; null where it does not. */
export function metricsPlace({ metrics, telemetry }: Config, port: keyof Config['metrics']) {
  return metrics[port] > 0 ? { address: telemetry.metricsAddress, port: metrics[port] } : null;
}

/** On standard error, with the time. */
export function logLine(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** What every worker process is told: `--home DIR`, or `--config FILE`. @throws WrongConfig */
export function workerConfig(argv: string[] = process.argv.slice(2)): Config {
  const { values } = parseArgs({ args: argv, options: { home: { type: 'string' }, config: { type: 'string' } } });
  return loadHomeConfig({ home: values.home, file: values.config });
}
