import type { Config } from '../shared/config/config.js';
import { collectorUrl } from '../shared/config/telemetry.js';
import type { TracedRole, Traces } from './traces.js';

/**
 * Traces of a worker, where the settings name a collector; null sends none, and loads nothing of OpenTelemetry.
 * @throws Failure 'KeyExposed', BadInput for the file of headers
 */
export async function openTraces(
  config: Pick<Config, 'home' | 'telemetry' | 'instrument'>,
  role: TracedRole,
  log: (line: string) => void,
): Promise<Traces | null> {
  const { traces } = config.telemetry;
  const url = traces === null ? null : collectorUrl(traces);
  if (url === null) return null;
  const { tracesTo } = await import('./traces.js');
  return tracesTo(url, config, role, log);
}
