import path from 'node:path/posix';
import { DATABASE_USER, DATABASES, type TemporalServerSettings } from './settings.js';

/** What `believe-temporal start --config FOLDER` reads, by name. JSON, which YAML takes as it is. */
export function serverFiles(settings: TemporalServerSettings): Record<string, string> {
  return {
    'server.yaml': commented(
      [
        'Written by `believe temporal configure`. numHistoryShards is fixed for as long as the database lives.',
        'Only the frontend listens off loopback; every port asks for a certificate, and there is none without TLS.',
      ],
      serverSettings(settings),
    ),
    'dynamic.yaml': commented(['Read again every ten seconds.'], DYNAMIC),
  };
}

/** What the server reads while it runs. */
const DYNAMIC = {
  // No doors that this product does not use.
  'system.enableNexus': [{ value: false }],
  'frontend.enableExecuteMultiOperation': [{ value: false }],
  'frontend.enableBatcher': [{ value: false }],
  'frontend.workflowRulesAPIsEnabled': [{ value: false }],
};

function serverSettings(settings: TemporalServerSettings) {
  const { partPorts, folder, serverName, tokens } = settings;
  const loopback = (grpcPort: number) => ({ rpc: { grpcPort, bindOnIP: '127.0.0.1', httpPort: 0 } });
  const tls = {
    server: {
      ...certificateIn(settings.certificates),
      clientCaFiles: [authorityIn(settings.certificates)],
      requireClientAuth: true,
    },
    client: { serverName, rootCaFiles: [authorityIn(settings.certificates)] },
  };
  return {
    log: { stdout: true, level: 'warn', format: 'json' },
    persistence: {
      numHistoryShards: settings.historyShards,
      defaultStore: 'history',
      visibilityStore: 'visibility',
      datastores: {
        history: { sql: database(settings, DATABASES.history, 20) },
        visibility: { sql: database(settings, DATABASES.visibility, 10) },
      },
    },
    global: {
      membership: { maxJoinDuration: '30s' },
      pprof: { port: 0 },
      tls: { refreshInterval: '1h', internode: tls, frontend: tls },
      ...(tokens === null
        ? {}
        : {
            authorization: {
              jwtKeyProvider: { keySourceURIs: tokens.keyUrls, refreshInterval: '10m' },
              permissionsClaimName: 'permissions',
              audience: tokens.audience,
            },
          }),
    },
    services: {
      frontend: { rpc: { grpcPort: settings.port, bindOnIP: settings.address, httpPort: 0 } },
      'internal-frontend': loopback(partPorts.internalFrontend),
      history: loopback(partPorts.history),
      matching: loopback(partPorts.matching),
      worker: loopback(partPorts.worker),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          ...{ enabled: true, initialFailoverVersion: 1, rpcName: 'frontend' },
          rpcAddress: `127.0.0.1:${partPorts.internalFrontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } },
    dynamicConfigClient: { filepath: path.join(folder, 'dynamic.yaml'), pollInterval: '10s' },
  };
}

function database({ postgres, certificates }: TemporalServerSettings, databaseName: string, maxConns: number) {
  return {
    pluginName: 'postgres12',
    databaseName,
    connectAddr: `${postgres.address}:${postgres.port}`,
    connectProtocol: 'tcp',
    // No password: PostgreSQL asks for the server's certificate.
    user: DATABASE_USER,
    maxConns,
    maxIdleConns: maxConns,
    maxConnLifetime: '1h',
    tls: {
      enabled: true,
      enableHostVerification: true,
      caFile: authorityIn(certificates),
      ...certificateIn(certificates),
    },
  };
}

export const authorityIn = (folder: string) => path.join(folder, 'ca.pem');
export const certificateIn = (folder: string, role = 'server') => ({
  certFile: path.join(folder, `${role}.pem`),
  keyFile: path.join(folder, `${role}.key`),
});

export function commented(lines: readonly string[], value: unknown): string {
  return `${lines.map((line) => `# ${line}\n`).join('')}${JSON.stringify(value, null, 2)}\n`;
}
