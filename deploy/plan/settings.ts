import type { Config } from '../../shared/config/config.js';
import { configSchema } from '../../shared/config/config.js';
import { BadInput } from '../../shared/failure.js';
import { type DeployFile, type DeployHost, homeOf } from './deploy-file.js';
import { BROUGHT_FOLDER } from './linux-places.js';

/** The settings of a host: those that all share, and those that follow from the plan, which nobody has to repeat. */
export interface HostSettings {
  /** What is written into believe.config.json. */
  readonly written: Readonly<Record<string, unknown>>;
  /** The same with every default. */
  readonly config: Config;
}

/** @param source name of the file, for what is said of it @throws BadInput naming the field */
export function settingsOf(file: DeployFile, host: DeployHost, source: string): HostSettings {
  const derived = derivedSettings(file, host);
  for (const [field, value] of leaves(file.settings))
    if (leaves(derived).some(([other]) => other === field))
      throw new BadInput(
        source,
        `settings.${field}`,
        `is ${JSON.stringify(value)}, but follows from hosts`,
        'leave it out',
      );
  const written = merged(derived, file.settings);
  const { data, error } = configSchema.safeParse(written);
  if (data !== undefined) return { written, config: data };
  const { path, message } = error.issues[0]!;
  throw new BadInput(source, `settings.${path.join('.')}`, `${message} (for ${host.name})`, 'docs/configuration.md');
}

function derivedSettings(file: DeployFile, host: DeployHost): Json {
  const research = file.hosts.find(({ roles }) => roles.includes('research'));
  const isBroker = host.roles.includes('broker');
  const home = homeOf(host);
  return {
    home,
    clock: { kind: 'real' },
    input: { kind: 'store' },
    temporal: temporalSettings(file, host),
    gateway: { embedded: false, ...(host.gateway === undefined ? {} : gatewaySettings(host.gateway)) },
    rsync: { ...(research === undefined ? {} : { host: research.address }), port: file.rsyncPort },
    ...(isBroker && host.sierra !== undefined ? { sierra: host.sierra } : { sierra: { follow: false } }),
    ...(host.roles.includes('public') ? {} : { public: { enabled: false } }),
    ...(host.backup === undefined ? {} : { watch: { backupFolder: host.backup.to } }),
  };
}

function temporalSettings({ temporal, hosts }: DeployFile, host: DeployHost): Json {
  const server = hosts.find(({ roles }) => roles.includes('temporal'));
  const folder = host.os === 'windows' ? `${homeOf(host)}\\certs` : BROUGHT_FOLDER;
  const at = (name: string) => (host.os === 'windows' ? `${folder}\\${name}` : `${folder}/${name}`);
  return {
    ...{ embedded: false, namespace: temporal.namespace, versioned: true },
    address: temporal.address ?? `${server!.address}:${temporal.port}`,
    tls: {
      caFile: host.os === 'windows' ? at('ca.pem') : '/etc/believe/ca.pem',
      ...{ certFile: at('operator.pem'), keyFile: at('operator.key'), tierFolder: folder },
      ...serverNamed(temporal.serverName ?? server?.name),
    },
  };
}

/** A name, since TLS knows no addresses as names of servers (RFC 6066, 3). */
const serverNamed = (serverName: string | undefined) => (serverName === undefined ? {} : { serverName });

export const gatewayPort = ({ port, mode }: NonNullable<DeployHost['gateway']>): number =>
  port ?? (mode === 'live' ? 4001 : 4002);

function gatewaySettings(gateway: NonNullable<DeployHost['gateway']>): Json {
  const { account, mode } = gateway;
  return {
    host: '127.0.0.1',
    port: gatewayPort(gateway),
    account,
    mode,
    ...(mode === 'live' ? { liveAccount: account } : {}),
  };
}

type Json = Record<string, unknown>;

const isSection = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function merged(one: Json, other: Json): Json {
  const all = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = all[name];
    all[name] = isSection(before) && isSection(value) ? merged(before, value) : value;
  }
  return all;
}

function leaves(section: Json, prefix = ''): [string, unknown][] {
  return Object.entries(section).flatMap(([name, value]): [string, unknown][] =>
    isSection(value) ? leaves(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value]],
  );
}
