import { postgresFiles } from '../temporal-server/postgres-files.js';
import { serverFiles } from '../temporal-server/server-files.js';
import { DEFAULT_TEMPORAL_SERVER, type TemporalServerSettings } from '../temporal-server/settings.js';
import { webUiFiles } from '../temporal-server/web-ui-files.js';
import { type DeployFile, type DeployHost, temporalServerOf } from './deploy-file.js';
import { peersOf } from './flows.js';
import { type FileNeed, type ServiceNeed, UNSAID } from './host-needs.js';
import { heldFolder } from './linux-places.js';

export const TEMPORAL_USER = 'believe-temporal';
const UI_USER = 'believe-temporal-ui';
/** Debian's. It shows the server's certificate, from a copy of its own. */
export const POSTGRES_USER = 'postgres';
const SERVER_FOLDER = '/etc/believe/temporal-server';

/** The server with the roles of the certificates, and PostgreSQL on the same host. */
export function temporalSettings({ temporal }: DeployFile, host: DeployHost): TemporalServerSettings {
  return {
    ...DEFAULT_TEMPORAL_SERVER,
    ...{ namespace: temporal.namespace, address: host.address, port: temporal.port },
    serverName: temporal.serverName ?? host.name,
    folder: SERVER_FOLDER,
    certificates: heldFolder(TEMPORAL_USER),
    postgres: { ...DEFAULT_TEMPORAL_SERVER.postgres, certificates: heldFolder(POSTGRES_USER) },
    historyShards: temporalServerOf(host).historyShards,
  };
}

export function temporalServices(file: DeployFile, host: DeployHost): ServiceNeed[] {
  const { program, uiProgram } = temporalServerOf(host);
  const { namespace } = file.temporal;
  const base = { ...UNSAID, umask: '0077', environment: {}, network: 'tunnel' as const, writes: [] };
  const server: ServiceNeed = {
    ...{ ...base, name: TEMPORAL_USER, user: TEMPORAL_USER, group: TEMPORAL_USER, tier: 'server' },
    description: 'Temporal server of believe',
    command: [program, 'start', '--config', SERVER_FOLDER, '--namespace', namespace],
    peers: [host.address, ...peersOf(file, host).map(({ address }) => address)],
    after: [postgresUnit(host)],
    why: 'orders the steps of all tiers, and lets each do what its certificate may',
  };
  if (uiProgram === null) return [server];
  const ui: ServiceNeed = {
    ...{ ...base, name: UI_USER, user: UI_USER, group: UI_USER, tier: 'reader' },
    description: 'Web UI of Temporal',
    command: [uiProgram, '--root', '/etc/believe', '--config', 'temporal-ui', '--env', 'web-ui', 'start'],
    peers: [host.address],
    after: [`${TEMPORAL_USER}.service`],
    why: 'the Web UI, on loopback: reach it through ssh; it shows the certificate of a reader',
  };
  return [server, ui];
}

/** Debian's unit of the cluster: `postgresql.service` alone is there for all of them, and active whether they run or not. */
export function postgresUnit(host: DeployHost): string {
  const [, version, cluster] =
    /^\/etc\/postgresql\/([^/]+)\/([^/]+)$/.exec(temporalServerOf(host).postgresFolder) ?? [];
  return version === undefined ? 'postgresql.service' : `postgresql@${version}-${cluster}.service`;
}

/** Debian leaves a cluster that was killed where it lies; nobody may be awake to start it. */
const POSTGRES_RESTARTS = [
  '[Unit]',
  'StartLimitIntervalSec=0',
  '',
  '[Service]',
  'Restart=on-failure',
  'RestartSec=5',
  '',
];

/** What server, Web UI and PostgreSQL read. Nothing of it is secret. */
export function temporalFiles(file: DeployFile, host: DeployHost): FileNeed[] {
  const settings = temporalSettings(file, host);
  const { postgresFolder, uiProgram } = temporalServerOf(host);
  const { 'believe.conf': included, ...whole } = postgresFiles(settings);
  const of = (folder: string, files: Record<string, string>, why: string): FileNeed[] =>
    Object.entries(files).map(([name, content]) => ({
      ...{ path: `${folder}/${name}`, owner: 'root', group: 'root', mode: '0644', content, why },
    }));
  return [
    ...of(SERVER_FOLDER, serverFiles(settings), 'settings of the Temporal server: no port of it is open without TLS'),
    ...(uiProgram === null
      ? []
      : of(
          '/etc/believe/temporal-ui',
          webUiFiles({ ...settings, certificates: heldFolder(UI_USER) }),
          'settings of the Web UI: on loopback, as a reader',
        )),
    ...of(`${postgresFolder}/conf.d`, { 'believe.conf': included! }, 'PostgreSQL: TLS only, nothing off'),
    ...of(
      `/etc/systemd/system/${postgresUnit(host)}.d`,
      { 'believe.conf': POSTGRES_RESTARTS.join('\n') },
      'PostgreSQL is started again when it was killed',
    ),
    // Of root, readable: safely handing a file in a folder of PostgreSQL's user to that user is what tmpfiles refuses.
    ...of(postgresFolder, whole, 'who may speak to PostgreSQL: whoever shows the server’s certificate'),
  ];
}
