import { isIPv4 } from 'node:net';
import { isLoopback } from '../../shared/config/loopback.js';
import { collectorUrl } from '../../shared/config/telemetry.js';

/** The processes that send traces. */
export const TRACED_SERVICES: readonly string[] = ['research', 'orchestrator', 'broker'];
/** Headers of the collector, as each of their users has them. */
export const HEADERS_NAME = 'telemetry-headers';

interface Collector {
  readonly address: string;
  readonly port: number;
}

interface Settings {
  readonly settings: Readonly<Record<string, unknown>>;
}

interface Planned extends Settings {
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly roles: readonly string[] }[];
}

const telemetryOf = ({ settings }: Settings) =>
  (settings.telemetry ?? {}) as { readonly traces?: unknown; readonly metricsAddress?: unknown };

/** Where traces of all hosts go; null where none are sent, or each host has a collector of its own on loopback. */
export function collectorOf(file: Settings): Collector | null {
  const { traces } = telemetryOf(file);
  const url = typeof traces === 'string' ? collectorUrl(traces) : null;
  if (url === null || isLoopback(url.hostname)) return null;
  return { address: url.hostname, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

/** What services or scrapers could not reach as hosts are planned. */
export function unreachableTelemetry(file: Planned): { readonly field: string; readonly message: string }[] {
  const { metricsAddress } = telemetryOf(file);
  const address = collectorOf(file)?.address;
  const host = file.hosts.find((one) => one.address === address);
  const wrong = (field: string, message: string) => ({ field, message });
  return [
    ...(typeof metricsAddress === 'string' && !isLoopback(metricsAddress)
      ? [
          wrong(
            'metricsAddress',
            'must be left out, because the firewall lets nobody in; an agent of each host scrapes',
          ),
        ]
      : []),
    ...(address !== undefined && !isIPv4(address)
      ? [wrong('traces', `must name an IPv4 address and not ${address}: services reach only what their units list`)]
      : []),
    ...(host?.roles.includes('broker')
      ? [wrong('traces', `must not be on ${host.name}: nothing enters a broker; a collector on loopback can be there`)]
      : []),
  ];
}
