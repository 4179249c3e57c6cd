import { isPortFree } from '../setup/port-state.js';
import { type Config, showsPage } from '../shared/config/config.js';
import { Failure } from '../shared/failure.js';
import { servesCodec } from '../temporal/payload-encryption.js';

/** Every port that the stack of this home will listen on, with the setting that moves it. */
export function portsOf(config: Config): { field: string; port: number }[] {
  const { temporal, gateway, rsync, metrics, watch } = config;
  return [
    ...(temporal.embedded
      ? [
          { field: 'temporal.port', port: temporal.port },
          { field: 'temporal.uiPort', port: temporal.uiPort },
        ]
      : []),
    ...(servesCodec(config) ? [{ field: 'temporal.encryption.serverPort', port: temporal.encryption.serverPort }] : []),
    ...(gateway.embedded ? [{ field: 'gateway.port', port: gateway.port }] : []),
    { field: 'rsync.port', port: rsync.port },
    ...(watch.enabled ? [{ field: 'watch.pagePort', port: watch.pagePort }] : []),
    ...(showsPage(config) ? [{ field: 'public.pagePort', port: config.public.pagePort }] : []),
    ...Object.entries(metrics).map(([name, port]) => ({ field: `metrics.${name}`, port })),
  ].filter(({ port }) => port > 0);
}

/** @throws Failure 'PortTaken' naming every taken port and the setting that moves it */
export async function checkPorts(config: Config): Promise<void> {
  const states = await Promise.all(portsOf(config).map(async (one) => ({ ...one, free: await isPortFree(one.port) })));
  const taken = states.filter(({ free }) => !free);
  if (taken.length === 0) return;
  const names = taken.map(({ field, port }) => `${port} (${field})`).join(', ');
  const variable = `BELIEVE_${taken[0]!.field
    .replaceAll('.', '_')
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;
  throw new Failure(
    'PortTaken',
    `${taken.length === 1 ? 'a port is' : 'ports are'} taken by another program: ${names}`,
    `stop that program, or give another port, e.g. ${variable}=${taken[0]!.port + 1000} (all of them: docs/configuration.md)`,
    { taken: taken.map(({ field, port }) => ({ field, port })) },
  );
}
