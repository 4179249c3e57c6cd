import { homePlaces } from '../../shared/config/home-places.js';
import { measurersFolder } from '../evidence/measuring-keys.js';
import { keyPlaces, privateKeysFolder, trustFolder } from '../release/key-places.js';
import { Inbox } from './inbox.js';
import type { SignerPlaces } from './signer.js';

/** The signer's folders in a home. In production `signer/`, `research/releases/` and `research/published/` are its own. */
export function signerPlaces(home: string): SignerPlaces & { readonly lock: string } {
  const keys = keyPlaces(home);
  const { research, signer } = homePlaces(home);
  return {
    inbox: signerInbox(home),
    keysFolder: privateKeysFolder(keys, 'release'),
    measurersFolder: measurersFolder(home),
    trustFolder: trustFolder(keys, 'research'),
    releasesFolder: research.releases,
    moduleFolder: research.published,
    lock: signer.lock,
  };
}

/** The one folder of the signer that research writes to. */
export function signerInbox(home: string): Inbox {
  return new Inbox(homePlaces(home).signer.inbox);
}
