import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import {
  authorityFile,
  type CertificatePlaces,
  certificateFile,
  issueCertificate,
  keyFile,
  makeAuthority,
} from '../../deploy/certificates/authority.js';
import { CERTIFICATE_ROLES, type CertificateRole } from '../../deploy/certificates/roles.js';
import { databasesSql, postgresFiles } from '../../deploy/temporal-server/postgres-files.js';
import { schemaSteps } from '../../deploy/temporal-server/schema-steps.js';
import { serverFiles } from '../../deploy/temporal-server/server-files.js';
import { DEFAULT_TEMPORAL_SERVER, type TemporalServerSettings } from '../../deploy/temporal-server/settings.js';
import { findTemporalServer, obtainTemporalServer } from '../../setup/temporal-server.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { connectClient } from '../../temporal/client.js';
import { ensureNamespace } from '../../temporal/namespace.js';
import { serverAddress } from '../../temporal/server-address.js';
import type { Identity } from './raw-call.js';

const run = promisify(execFile);
const POSTGRES_FOLDERS = ['/usr/lib/postgresql/17/bin', '/usr/lib/postgresql/16/bin', '/usr/lib/postgresql/15/bin'];

/** What is missing here, in words; null where these tests can run. */
export async function whatIsMissing(): Promise<string | null> {
  if (process.platform !== 'linux') return 'a Temporal server of one’s own is a Linux host';
  if (postgresPrograms() === undefined) return 'PostgreSQL is not installed (apt-get install postgresql)';
  if (process.env.BELIEVE_BUILD_TEMPORAL_SERVER === undefined && (await findTemporalServer()) === undefined)
    return 'the Temporal server is not built (BELIEVE_BUILD_TEMPORAL_SERVER=1 builds it: minutes)';
  return null;
}

const postgresPrograms = () => POSTGRES_FOLDERS.find((folder) => existsSync(path.join(folder, 'initdb')));

/** PostgreSQL and the Temporal server as they are deployed, by certificates alone, in a folder of their own. */
export class OwnServer {
  readonly settings: TemporalServerSettings;
  readonly places: CertificatePlaces;
  private postgres: ChildProcess | null = null;
  private server: ChildProcess | null = null;

  private constructor(
    readonly folder: string,
    private readonly program: string,
    ports: readonly number[],
  ) {
    const [port, history, matching, worker, internalFrontend, database] = ports as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    this.places = { folder: this.at('authority/certs'), authorityFolder: this.at('authority/offline') };
    this.settings = {
      ...DEFAULT_TEMPORAL_SERVER,
      ...{ port, partPorts: { history, matching, worker, internalFrontend }, historyShards: 4 },
      ...{ folder: this.at('server'), certificates: this.at('server/certs') },
      postgres: { address: '127.0.0.1', port: database, certificates: this.at('postgresql/certs') },
    };
  }

  /** @param change of the settings, before anything is written */
  static async open(change: Partial<TemporalServerSettings> = {}): Promise<OwnServer> {
    const program = await obtainTemporalServer({ progress: (line) => process.stderr.write(`${line}\n`) });
    const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-temporal-'));
    chmodSync(folder, 0o755);
    const own = new OwnServer(folder, program, await freePorts(6));
    Object.assign(own.settings, change);
    try {
      await own.issueCertificates();
      await own.initPostgres();
      await own.startPostgres();
      await own.makeDatabases();
      for (const { args } of schemaSteps(own.settings, { isNew: true })) await run(program, args);
      writeAll(own.settings.folder, serverFiles(own.settings));
      await own.startServer();
      await own.prepare();
      return own;
    } catch (error) {
      process.stderr.write(own.log.slice(0, 4000));
      await own.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await end(this.server, 'SIGTERM');
    await end(this.postgres, 'SIGINT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  at(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  get pid(): number {
    return this.server!.pid!;
  }

  get postgresPid(): number {
    return this.postgres!.pid!;
  }

  /** Who one is by this certificate, over TCP. */
  async psqlOf(identity: Identity | null, sslmode = 'verify-full'): Promise<string> {
    const { caFile } = this.configOf('server').temporal.tls;
    const certificate = identity
      ? `sslcert=${identity.certFile} sslkey=${identity.keyFile}`
      : 'sslcert=none sslkey=none';
    const at = `host=localhost hostaddr=127.0.0.1 port=${this.settings.postgres.port} user=temporal dbname=temporal`;
    const args = [
      '-d',
      `${at} sslmode=${sslmode} sslrootcert=${caFile} ${certificate}`,
      '-wAtc',
      'SELECT current_user',
    ];
    return (await run(path.join(postgresPrograms()!, 'psql'), args)).stdout.trim();
  }

  /** What the server has said, in all its lives. */
  get log(): string {
    return existsSync(this.at('server.log')) ? readFileSync(this.at('server.log'), 'utf8') : '';
  }

  configOf(role: CertificateRole) {
    const config = loadConfig({ env: {} });
    const tls = {
      ...{ caFile: authorityFile(this.places), serverName: null, tierFolder: this.places.folder as string | null },
      ...{ certFile: certificateFile(this.places, role), keyFile: keyFile(this.places, role) },
    };
    const address = `localhost:${this.settings.port}`;
    return { ...config, temporal: { ...config.temporal, address, namespace: this.settings.namespace, tls } };
  }

  client(role: CertificateRole): Promise<Client> {
    return connectClient(serverAddress(this.configOf(role)));
  }

  /** As `kill -9`. */
  async killServer(): Promise<void> {
    await end(this.server, 'SIGKILL');
  }
  async killPostgres(): Promise<void> {
    await end(this.postgres, 'SIGKILL');
  }

  async startServer(): Promise<void> {
    const args = ['start', '--config', this.settings.folder, '--namespace', this.settings.namespace];
    const log = openSync(this.at('server.log'), 'a');
    this.server = spawn(this.program, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    await this.untilAnswers();
  }

  async startPostgres(): Promise<void> {
    const data = this.at('postgresql/data');
    const program = path.join(postgresPrograms()!, 'postgres');
    // After a kill the children of the former one may still hold its memory for a moment.
    for (let tries = 0; ; tries++) {
      const started = spawn(program, ['-D', data, '-k', this.at('postgresql')], { ...asPostgres(), stdio: 'ignore' });
      this.postgres = started;
      if (await this.untilReady(started)) return;
      if (tries === 20) throw new Error('PostgreSQL does not start');
      await pause(250);
    }
  }

  private async untilReady(started: ChildProcess): Promise<boolean> {
    while (started.exitCode === null) {
      if (await this.psql('SELECT 1').then(Boolean, () => false)) return true;
      await pause(100);
    }
    return false;
  }

  /** By the socket, as the superuser of this machine. */
  async psql(sql: string, database = 'postgres'): Promise<string> {
    const args = [
      '-h',
      this.at('postgresql'),
      '-p',
      String(this.settings.postgres.port),
      '-U',
      'postgres',
      '-d',
      database,
    ];
    const { stdout } = await run(path.join(postgresPrograms()!, 'psql'), [...args, '-Atc', sql], asPostgres());
    return stdout.trim();
  }

  private async issueCertificates(): Promise<void> {
    await makeAuthority(this.places, 30);
    for (const role of CERTIFICATE_ROLES)
      await issueCertificate(this.places, role, {
        ...{ days: 9, newKey: false },
        names: role === 'server' ? ['localhost', '127.0.0.1'] : [],
      });
    for (const folder of [this.settings.certificates, this.settings.postgres.certificates]) {
      mkdirSync(folder, { recursive: true });
      for (const file of [
        authorityFile(this.places),
        certificateFile(this.places, 'server'),
        keyFile(this.places, 'server'),
      ])
        copyFileSync(file, path.join(folder, path.basename(file)));
    }
  }

  private async initPostgres(): Promise<void> {
    const folder = this.at('postgresql');
    const { uid } = asPostgres();
    if (uid !== undefined) {
      for (const place of [folder, this.at('postgresql/certs')]) chownSync(place, uid, uid);
      for (const name of ['ca.pem', 'server.pem', 'server.key']) chownSync(this.at('postgresql/certs', name), uid, uid);
    }
    const data = this.at('postgresql/data');
    const initdb = path.join(postgresPrograms()!, 'initdb');
    await run(
      initdb,
      ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--no-locale', '-A', 'trust', '--no-sync'],
      asPostgres(),
    );
    writeAll(data, postgresFiles(this.settings), uid);
    // The account that runs the tests need not be called postgres.
    const hba = postgresFiles(this.settings)['pg_hba.conf']!.replace(/peer$/m, 'trust');
    writeAll(data, { 'pg_hba.conf': hba, 'postgresql.conf': "include 'believe.conf'\n" }, uid);
  }

  private async makeDatabases(): Promise<void> {
    for (const statement of databasesSql().split('\n').filter(Boolean)) await this.psql(statement);
  }

  private async prepare(): Promise<void> {
    const client = await this.client('server');
    try {
      await ensureNamespace(client);
    } finally {
      await client.connection.close();
    }
  }

  private async untilAnswers(): Promise<void> {
    for (;;) {
      if (this.server!.exitCode !== null) throw new Error(`the server has ended: ${this.log.slice(-2000)}`);
      const client = await this.client('server').catch(() => null);
      await client?.connection.close();
      if (client !== null) return;
      await pause(200);
    }
  }
}

function asPostgres(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? POSTGRES_ACCOUNT : {};
}
/** PostgreSQL runs as no root: as nobody, whom every Linux has. */
const POSTGRES_ACCOUNT = { uid: 65534, gid: 65534 };

function writeAll(folder: string, files: Record<string, string>, uid?: number): void {
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    if (uid !== undefined) chownSync(path.join(folder, name), uid, uid);
  }
}

async function end(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await over;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
