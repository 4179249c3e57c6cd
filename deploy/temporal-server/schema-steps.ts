import { authorityIn, certificateIn } from './server-files.js';
import { DATABASE_USER, DATABASES, type TemporalServerSettings } from './settings.js';

/** A run of `believe-temporal`. */
export interface SchemaStep {
  readonly what: string;
  readonly args: readonly string[];
}

const SCHEMAS = [
  [DATABASES.history, 'postgresql/v12/temporal'],
  [DATABASES.visibility, 'postgresql/v12/visibility'],
] as const;

/**
 * Brings the tables of both databases to what this server needs; before its first start and before the first start of a newer one.
 * @param isNew whether the databases are empty: a version table is made first, and that only once
 */
export function schemaSteps(settings: TemporalServerSettings, { isNew }: { isNew: boolean }): SchemaStep[] {
  const { postgres, certificates } = settings;
  const { certFile, keyFile } = certificateIn(certificates);
  const reach = [
    ...['--plugin', 'postgres12', '--endpoint', postgres.address, '--port', String(postgres.port)],
    ...['--user', DATABASE_USER, '--tls', '--tls-ca-file', authorityIn(certificates)],
    ...['--tls-cert-file', certFile, '--tls-key-file', keyFile],
  ];
  const on = (database: string, what: string, ...verb: string[]) => ({
    what: `${what} of ${database}`,
    args: ['schema', ...reach, '--database', database, ...verb],
  });
  return SCHEMAS.flatMap(([database, schema]) => [
    ...(isNew ? [on(database, 'version table', 'setup-schema', '--version', '0.0')] : []),
    on(database, 'tables', 'update-schema', '--schema-name', schema),
  ]);
}
