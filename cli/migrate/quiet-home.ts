import { existsSync } from 'node:fs';
import path from 'node:path';
import { isHomeRunning } from '../../backup/running.js';
import { sealPlaces } from '../../broker/seal/seal-places.js';
import { receivePlaces } from '../../research/receive/receive-places.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import { type FileLock, lockFile } from '../../shared/node/disk/file-lock.js';

/**
 * Does `work` while no process of the home runs, and keeps each that takes a lock from starting meanwhile.
 * @throws Failure 'AlreadyUp'
 */
export async function inQuietHome<T>(home: string, work: () => T): Promise<T> {
  if (isHomeRunning(home)) throw running(home, 'processes of this home run');
  const held: FileLock[] = [];
  try {
    for (const file of [path.join(home, 'migrate.lock'), ...locksOf(home).filter((one) => existsSync(one))]) {
      const lock = await lockFile(file);
      if (lock === null) throw running(home, `a process holds ${file}`);
      held.push(lock);
    }
    return work();
  } finally {
    for (const lock of held) lock.release();
  }
}

/** Those of processes that may run without a supervisor. */
function locksOf(home: string): string[] {
  const { broker, receiver, signer } = homePlaces(home);
  return [
    path.join(broker.folder, 'bridge.lock'),
    path.join(broker.sierra, 'follow.lock'),
    sealPlaces(broker.folder).lock,
    receivePlaces(receiver.folder).lock,
    signer.lock,
  ];
}

function running(home: string, what: string): Failure {
  return new Failure(
    'AlreadyUp',
    `${what}: files that it writes are not written anew beside it`,
    `stop what runs on ${home}`,
  );
}
