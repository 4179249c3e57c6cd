import path from 'node:path/posix';
import { DATABASE_USER, DATABASES, type TemporalServerSettings } from './settings.js';

/**
 * What PostgreSQL reads, by name: `believe.conf` is included by its postgresql.conf, the other two are whole. Whoever shows the
 * server's certificate is the user `temporal`, and nobody else of the network is anybody.
 */
export function postgresFiles({ postgres }: TemporalServerSettings): Record<string, string> {
  const at = (name: string) => quoted(path.join(postgres.certificates, name));
  const databases = Object.values(DATABASES).join(',');
  return {
    'believe.conf': lines(
      '# Written by `believe temporal configure`.',
      `listen_addresses = ${quoted(postgres.address)}`,
      `port = ${postgres.port}`,
      'ssl = on',
      "ssl_min_protocol_version = 'TLSv1.3'",
      `ssl_ca_file = ${at('ca.pem')}`,
      `ssl_cert_file = ${at('server.pem')}`,
      `ssl_key_file = ${at('server.key')}`,
      '# A workflow that was told to be safe is safe: never off.',
      'fsync = on',
      'synchronous_commit = on',
    ),
    'pg_hba.conf': lines(
      '# TYPE    DATABASE                      USER      ADDRESS  METHOD',
      '# People of this host, by their account: sudo -u postgres psql.',
      'local     all                           postgres           peer',
      `hostssl   ${databases}  ${DATABASE_USER}  all      cert clientname=CN map=believe`,
    ),
    'pg_ident.conf': lines('# MAP     CERTIFICATE  USER', `believe   server       ${DATABASE_USER}`),
  };
}

/** For psql as its superuser, once: a user without a password and the databases, which are its own. */
export function databasesSql(): string {
  return lines(
    `CREATE ROLE ${DATABASE_USER} LOGIN;`,
    ...Object.values(DATABASES).map(
      (name) => `CREATE DATABASE ${name} OWNER ${DATABASE_USER} ENCODING 'UTF8' TEMPLATE template0;`,
    ),
  );
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const lines = (...all: string[]) => `${all.join('\n')}\n`;
