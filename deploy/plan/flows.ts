import { collectorOf } from './collector.js';
import type { DeployFile, DeployHost, Role } from './deploy-file.js';

/** A connection that one host opens to another through the tunnel. */
export interface Flow {
  readonly from: DeployHost;
  readonly to: DeployHost;
  readonly port: number;
  readonly why: string;
}

/** Every connection between the hosts; whatever is not here is dropped on both ends. */
export function flowsOf(file: DeployFile): Flow[] {
  const { hosts, rsyncPort, temporal } = file;
  const of = (role: Role) => hosts.filter(({ roles }) => roles.includes(role));
  const flows = (from: readonly DeployHost[], to: readonly DeployHost[], port: number, why: string): Flow[] =>
    from.flatMap((one) => to.filter((other) => other !== one).map((other) => ({ from: one, to: other, port, why })));
  const collector = collectorOf(file);
  const collecting = hosts.filter(({ address }) => address === collector?.address);
  return [
    ...flows(of('broker'), of('research'), rsyncPort, 'releases and receipts, read; batches, written'),
    ...flows(of('broker'), of('temporal'), temporal.port, 'steps of the broker tier'),
    ...flows(of('research'), of('temporal'), temporal.port, 'steps of the research tier, and the order of all'),
    ...flows([...of('research'), ...of('broker')], collecting, collector?.port ?? 0, 'traces, for the collector'),
  ];
}

/** With whom a host has a tunnel: those that it speaks to, or that speak to it. */
export function peersOf(file: DeployFile, host: DeployHost): DeployHost[] {
  const flows = flowsOf(file);
  return file.hosts.filter((other) =>
    flows.some(({ from, to }) => (from === host && to === other) || (from === other && to === host)),
  );
}
