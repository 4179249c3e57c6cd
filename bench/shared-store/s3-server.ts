import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { obtainS3Server } from '../../setup/s3-server.js';
import type { Config } from '../../shared/config/config.js';
import { type S3Config, storeConfig } from '../../shared/config/store.js';
import { loadConfig } from '../../shared/node/config/load-config.js';

export const BUCKET = 'market';
/** Of the server that a test starts, and of nothing else. */
export const KEYS = { AWS_ACCESS_KEY_ID: 'believe-test', AWS_SECRET_ACCESS_KEY: 'a secret of this test alone' };

/** How a program is started: as it is, or on another host. */
export type Start = (program: string, args: readonly string[]) => { program: string; args: readonly string[] };

/** A real S3 server (versitygw) with one bucket, whose objects are files that a test can damage. */
export class S3Server {
  private child: ChildProcess | null = null;

  private constructor(
    readonly program: string,
    readonly folder: string,
    readonly port: number,
    private readonly start: Start,
  ) {}

  /** @returns why there is none here, where there is none */
  static async inFolder(
    folder: string,
    start: Start = (program, args) => ({ program, args }),
  ): Promise<S3Server | string> {
    const found = await obtainS3Server({ progress: (line) => process.stderr.write(`${line}\n`) });
    if ('why' in found) return found.why;
    mkdirSync(path.join(folder, BUCKET), { recursive: true });
    return new S3Server(found.program, folder, await freePort(), start);
  }

  async run(address = '127.0.0.1'): Promise<void> {
    const args = ['--port', `${address}:${this.port}`, '--quiet', '--keep-alive', 'posix', '--sidecar', this.metadata];
    mkdirSync(this.metadata, { recursive: true });
    const { program, args: all } = this.start(this.program, [...args, this.folder]);
    const env = {
      ...process.env,
      ROOT_ACCESS_KEY: KEYS.AWS_ACCESS_KEY_ID,
      ROOT_SECRET_KEY: KEYS.AWS_SECRET_ACCESS_KEY,
    };
    const child = spawn(program, all, { stdio: 'ignore', env });
    this.child = child;
  }

  /** Beside the bucket's files: not every file system keeps attributes. */
  private get metadata(): string {
    return path.join(path.dirname(this.folder), 'metadata-of-s3');
  }

  /** The bucket's file of a name. */
  file(name: string): string {
    return path.join(this.folder, BUCKET, ...name.split('/'));
  }

  /** Processor time that it has taken so far; Linux. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child!.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // utime and stime, in hundredths of a second
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}

export function s3At(endpoint: string, changes: Partial<S3Config> = {}): S3Config {
  return storeConfig.parse({ s3: { endpoint, bucket: BUCKET, timeoutSeconds: 5, ...changes } }).s3!;
}

export function configAt(home: string, s3: S3Config | null): Config {
  return { ...loadConfig({ env: {}, overrides: { home } }), store: { s3 } };
}

/** Until the server answers anything at all. */
export async function answering(endpoint: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    if (tries > 200) throw new Error(`nothing answers at ${endpoint}`);
    await pause(50);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
