import type { PublicState } from '../../shared/public-record/documents.js';
import { base64Of } from '../../shared/trust/tlog/note-text.js';
import { checkEverything, fetchBundles, type WholeRecord } from './check-everything.js';
import { FetchedTree } from './fetched-tree.js';
import { openPost } from './open-post.js';
import { openWebCheckpoint } from './open-web-checkpoint.js';
import { requireGrown, type SeenCheckpoint } from './require-grown.js';
import { webKey } from './web-key.js';

export interface VerifiedPage extends WholeRecord {
  readonly root: string;
  /** The signed checkpoint, as it is served. */
  readonly note: Uint8Array;
  readonly state: Pick<PublicState, 'at' | 'sequence' | 'synthetic'> | null;
  /** Size of the log that was seen before, with which this one begins; null where none was given. */
  readonly grewFrom: number | null;
}

/**
 * Everything that a page says, checked from outside, with keys that came from elsewhere.
 * @param before a checkpoint that was seen earlier
 * @throws BadNote, BadPost, RecordWrong
 */
export async function verifyPage(
  url: string,
  origin: string,
  keyTexts: readonly string[],
  before: SeenCheckpoint | null,
  onProgress: (entries: number, of: number) => void = () => {},
): Promise<VerifiedPage> {
  const keys = await Promise.all(keyTexts.map(webKey));
  const read = async (path: string): Promise<Uint8Array> => {
    const response = await fetch(`${url}/${path}`, { redirect: 'error' });
    if (!response.ok) throw new Error(`${url}/${path} is not there (${response.status})`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const note = await read('checkpoint');
  const checkpoint = await openWebCheckpoint(note, origin, keys);
  const { payload } = await openPost(await read('api/state.json'), keys);
  const { at, sequence, synthetic } = payload as PublicState;
  const bundles = await fetchBundles(checkpoint.size, read, (done) => onProgress(done, checkpoint.size));
  const found = checkEverything(checkpoint, bundles, Date.now());
  if (before && before.size > 0)
    await requireGrown(before, new FetchedTree(checkpoint.size, read), checkpoint, 'somebody here has');
  const root = base64Of(checkpoint.root);
  return { ...found, root, note, state: { at, sequence, synthetic }, grewFrom: before?.size ?? null };
}
