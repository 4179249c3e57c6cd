import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { readFormerRoots, readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import type { ReceivedFrom } from './received-day.js';

/** What this home receives, under the roots of trust of now. */
export function receivedFrom({ home, upload }: Pick<Config, 'home' | 'upload'>): ReceivedFrom {
  const { receiver, research } = homePlaces(home);
  const { broker, epoch } = upload;
  return {
    ...{ receiverFolder: receiver.folder, broker, epoch },
    ...{ root: readTrustedRoot(research.trust), formerRoots: readFormerRoots(research.trust) },
  };
}
