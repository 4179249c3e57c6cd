import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { type FileLock, lockFile } from '../../shared/node/disk/file-lock.js';

/**
 * Takes the folder `broker/` for one bridge, before anything in it is opened. `bridge.lock` is the lock; `bridge.pid` only
 * says who holds it, for whoever is refused: nothing is decided by it.
 * @throws Failure BridgeRunning where another bridge has it; the system error where the folder cannot be written
 */
export async function takeHome(brokerFolder: string): Promise<FileLock> {
  mkdirSync(brokerFolder, { recursive: true });
  const lock = await lockFile(path.join(brokerFolder, 'bridge.lock'));
  const pidFile = path.join(brokerFolder, 'bridge.pid');
  if (lock === null) throw bridgeRunning(brokerFolder, pidFile);
  try {
    // A full disk must not keep a bridge from starting: then the holder has no name.
    rmSync(pidFile, { force: true });
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch {}
  return lock;
}

function bridgeRunning(brokerFolder: string, pidFile: string): Failure {
  const pid = pidIn(pidFile);
  return new Failure(
    'BridgeRunning',
    `another bridge runs on ${brokerFolder}${pid === null ? '' : ` (process ${pid})`}`,
    'leave it running, or stop it first: two bridges on one folder would send every order twice',
    { brokerFolder, pid },
  );
}

function pidIn(pidFile: string): number | null {
  try {
    return Number.parseInt(readFileSync(pidFile, 'utf8'), 10) || null;
  } catch {
    return null;
  }
}
