import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { backUp, restore } from './backup-home.js';

const PROGRAMS = ['/usr/local/bin', '/usr/bin', ...versions()];

function versions(): string[] {
  const folder = '/usr/lib/postgresql';
  return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name, 'bin')) : [];
}

/** A server refuses to run as root: then it is nobody's. */
describe('a dump of PostgreSQL in a backup', () => {
  let folder = '';
  let url = '';
  const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const programOf = (name: string) => PROGRAMS.map((one) => path.join(one, name)).find((file) => existsSync(file));
  const run = (name: string, args: readonly string[], as: object = owner) => {
    const program = programOf(name);
    assert.ok(program, name);
    const done = spawnSync(program, args, {
      encoding: 'utf8',
      cwd: folder,
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...as,
    });
    assert.equal(done.status, 0, `${name}: ${done.stderr}${done.stdout}`);
    return done.stdout;
  };

  before(function () {
    this.timeout(120_000);
    const missing = ['initdb', 'pg_ctl', 'psql', 'pg_dump', 'pg_restore', 'createdb'].filter(
      (name) => !programOf(name),
    );
    if (missing.length > 0) {
      process.stderr.write(`    skipped: ${missing.join(', ')} not on this machine\n`);
      return this.skip();
    }
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-pg-'));
    if ('uid' in owner) chownSync(folder, owner.uid!, owner.gid!);
    chmodSync(folder, 0o755);
    const data = path.join(folder, 'data');
    run('initdb', ['-D', data, '-U', 'temporal', '-A', 'trust', '--no-sync']);
    const options = `-c listen_addresses='' -c unix_socket_directories=${folder} -c fsync=off`;
    run('pg_ctl', ['-D', data, '-w', '-l', path.join(folder, 'log'), '-o', options, 'start'], {
      ...owner,
      stdio: 'ignore',
    });
    url = `postgresql://temporal@/temporal?host=${encodeURIComponent(folder)}`;
    run('createdb', ['-h', folder, '-U', 'temporal', 'temporal']);
    run('psql', [
      url,
      '-c',
      'create table executions as select n, md5(n::text) as data from generate_series(1, 5000) n',
    ]);
  });
  after(() => {
    if (url !== '') run('pg_ctl', ['-D', path.join(folder, 'data'), '-m', 'immediate', 'stop']);
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('is restored by pg_restore as it was, and leaves nothing beside the backup', async function () {
    this.timeout(60_000);
    const room = mkdtempSync(path.join(os.tmpdir(), 'believe-backup-pg-'));
    try {
      mkdirSync(path.join(room, 'home'));
      writeFileSync(path.join(room, 'home/config.json'), '{}');
      const { file } = await backUp(path.join(room, 'home'), path.join(room, 'backups'), { postgres: url });
      assert.equal(readdirSync(path.join(room, 'backups')).length, 1);
      await restore(file, path.join(room, 'again'));
      run('createdb', ['-h', folder, '-U', 'temporal', 'again']);
      const again = url.replace('/temporal?', '/again?');
      run('pg_restore', [`--dbname=${again}`, path.join(room, 'again/temporal/postgres.dump')], {});
      const sum = "select count(*), md5(string_agg(data, ',' order by n)) from executions";
      assert.equal(run('psql', [again, '-Atc', sum]), run('psql', [url, '-Atc', sum]));
    } finally {
      rmSync(room, { recursive: true, force: true });
    }
  });

  it('that is not to be had ends the backup, and leaves none', async () => {
    const room = mkdtempSync(path.join(os.tmpdir(), 'believe-backup-pg-'));
    try {
      mkdirSync(path.join(room, 'home'));
      const ask = { postgres: url.replace('/temporal?', '/nowhere?') };
      await assert.rejects(backUp(path.join(room, 'home'), path.join(room, 'backups'), ask), { type: 'DumpFailed' });
      assert.deepEqual(readdirSync(path.join(room, 'backups')), []);
    } finally {
      rmSync(room, { recursive: true, force: true });
    }
  });
});
