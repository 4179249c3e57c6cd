import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../shared/failure.js';
import { seeFile } from './stable-read.js';
import type { SurveyFile } from './survey.js';

/** Where a restored home has the dump: `pg_restore` takes it from there. */
export const DUMP_PLACE = 'temporal/postgres.dump';
const SAID_CHARACTERS_MAX = 500;

export interface PostgresDump {
  readonly file: SurveyFile;
  close(): void;
}

/**
 * One database as `pg_dump` writes it, consistent by PostgreSQL's own snapshot. While the backup is written it lies beside it, for
 * its owner only; on Linux without a name, so that nothing of it stays where all is killed.
 * @param url as libpq takes it; a password belongs into PGPASSFILE
 * @throws Failure 'DumpFailed'
 */
export async function dumpPostgres(url: string, folder: string): Promise<PostgresDump> {
  const spool = path.join(folder, `.believe-dump-${randomBytes(4).toString('hex')}.tmp`);
  const descriptor = openSync(spool, 'wx+', 0o600);
  const isNameless = process.platform === 'linux';
  if (isNameless) rmSync(spool);
  const source = isNameless ? `/proc/self/fd/${descriptor}` : spool;
  const close = () => {
    closeSync(descriptor);
    rmSync(spool, { force: true });
  };
  try {
    await runDump(url, descriptor);
    const seen = await seeFile(source, { journal: false, holdMax: 0, isOwn: true });
    if (seen === null) throw dumpFailed('what it wrote cannot be read');
    return { file: { path: DUMP_PLACE, ...seen, source }, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function runDump(url: string, stdout: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn('pg_dump', ['--format=custom', '--no-password', `--dbname=${url}`], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-SAID_CHARACTERS_MAX);
  });
  child.once('error', (error) => reject(dumpFailed(error.message)));
  child.once('close', (code, signal) =>
    code === 0 ? resolve() : reject(dumpFailed(said.trim() || `it ended with ${signal ?? code}`)),
  );
  await promise;
}

function dumpFailed(why: string): Failure {
  return new Failure('DumpFailed', `pg_dump gave no dump: ${why}`, 'nothing was written; try that pg_dump by hand');
}
