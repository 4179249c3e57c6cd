/** A Temporal server of one's own on one Linux host, with PostgreSQL on the same host. Paths are of that host. */
export interface TemporalServerSettings {
  readonly namespace: string;
  /** The one address that others reach, and its port. */
  readonly address: string;
  readonly port: number;
  /** A name in the server's certificate, by which its parts know each other. */
  readonly serverName: string;
  /** Ports on loopback of the server's own parts. */
  readonly partPorts: {
    readonly history: number;
    readonly matching: number;
    readonly worker: number;
    readonly internalFrontend: number;
  };
  /** server.yaml and dynamic.yaml. */
  readonly folder: string;
  /** ca.pem, server.pem and server.key, readable by the server's user alone. */
  readonly certificates: string;
  readonly postgres: PostgresSettings;
  /** Fixed for as long as the database lives: the server refuses to start with another number. */
  readonly historyShards: number;
  /** How people say who they are beside the certificate of the Web UI; null where certificates alone count. */
  readonly tokens: { readonly keyUrls: readonly string[]; readonly audience: string } | null;
  /** Of the Web UI, on loopback: it knows no TLS of its own. */
  readonly webUi: { readonly port: number };
}

export interface PostgresSettings {
  readonly address: string;
  readonly port: number;
  /** ca.pem, server.pem and server.key, readable by the user of PostgreSQL. */
  readonly certificates: string;
}

export const DATABASE_USER = 'temporal';
export const DATABASES = { history: 'temporal', visibility: 'temporal_visibility' } as const;

export const DEFAULT_TEMPORAL_SERVER: TemporalServerSettings = {
  namespace: 'believe',
  address: '127.0.0.1',
  port: 7233,
  serverName: 'localhost',
  partPorts: { history: 7234, matching: 7235, worker: 7239, internalFrontend: 7236 },
  folder: '/etc/believe/temporal',
  certificates: '/etc/believe/temporal/certs',
  postgres: { address: '127.0.0.1', port: 5432, certificates: '/etc/believe/postgresql' },
  historyShards: 64,
  tokens: null,
  webUi: { port: 8233 },
};
