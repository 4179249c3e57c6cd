import path from 'node:path';
import type { UploadConfig } from '../../shared/config/upload.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { oneAtATime } from '../../shared/one-at-a-time.js';
import { Sealer } from './sealer.js';

/** Whose batches they are, and by which market they are dated. */
export interface SealingHome {
  /** `broker/` of the home folder. */
  readonly brokerFolder: string;
  readonly upload: UploadConfig;
  readonly tradeDateNow: () => string;
}

const inTurn = oneAtATime();

/**
 * Seals with the keys of this home, one after the other of those who ask in this process.
 * @throws SealBusy where another process seals; SealStateLost, NoSigningKey
 */
export async function withSealer<T>(home: SealingHome, work: (sealer: Sealer) => Promise<T>): Promise<T> {
  return await inTurn(() => sealing(home, work));
}

async function sealing<T>(
  { brokerFolder, upload, tradeDateNow }: SealingHome,
  work: (sealer: Sealer) => Promise<T>,
): Promise<T> {
  const root = readTrustedRoot(path.join(brokerFolder, 'trust'));
  const sealer = await Sealer.open({
    ...{ brokerFolder, broker: upload.broker, epoch: upload.epoch, heartbeatSeconds: upload.heartbeatSeconds },
    keys: signersOf(path.join(brokerFolder, 'keys'), 'journal', root),
    tradeDateNow,
    wallMs: Date.now,
  });
  try {
    return await work(sealer);
  } finally {
    sealer.close();
  }
}
