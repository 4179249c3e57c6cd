import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A stranger's reader of logs: Go's own tlog and note (`go-tlog/main.go`). */
export interface GoChecker {
  run(...args: string[]): SpawnSyncReturns<string>;
  remove(): void;
}

/** Null where Go, or its module, is not to be had here. @throws where it does not build */
export function buildGoChecker(): GoChecker | null {
  const program = path.join(os.tmpdir(), `believe-go-tlog-${process.pid}`);
  const built = spawnSync('go', ['build', '-o', program, '.'], {
    ...{ cwd: path.join(process.cwd(), 'test/path/go-tlog'), encoding: 'utf8', timeout: 120_000 },
  });
  if (built.error !== undefined || /no such host|dial tcp|proxyconnect|GOPROXY|reading https?:/.test(built.stderr))
    return null;
  if (built.status !== 0) throw new Error(built.stderr);
  return {
    run: (...args) => spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 }),
    remove: () => rmSync(program, { force: true }),
  };
}
