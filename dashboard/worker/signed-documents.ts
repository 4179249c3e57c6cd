import {
  HISTORY_NAMES,
  type HistoryName,
  type PublicHistory,
  type PublicState,
} from '../../shared/public-record/documents.js';
import { sameBytes } from '../../shared/trust/tlog/merkle.js';
import { openPost } from '../check/open-post.js';
import type { Environment } from './cloudflare.js';
import { recentValue } from './recent.js';
import { stateKeys } from './state-keys.js';

export interface SignedDocuments {
  readonly state: PublicState | null;
  readonly history: Readonly<Partial<Record<HistoryName, PublicHistory>>>;
  /** Keys of what is here and is not signed. */
  readonly refused: readonly string[];
}

/** Of this isolate: what was opened last, with the very bytes that it was opened from. */
const opened = new Map<string, { readonly bytes: Uint8Array; readonly document: unknown }>();

/**
 * What lies in the key-value store is believed no more than what arrives: its signature is verified for each content that is met.
 * Its form was checked when it was taken, and the signature says that it is the same.
 */
export async function signedDocuments(env: Environment): Promise<SignedDocuments> {
  const refused: string[] = [];
  const open = async (key: string) => {
    const bytes = await recentValue(env, key);
    if (bytes === null) return null;
    const before = opened.get(key);
    if (before && sameBytes(before.bytes, bytes)) return before.document;
    try {
      const { payload } = await openPost(bytes, await stateKeys(env));
      opened.set(key, { bytes, document: payload });
      return payload;
    } catch {
      refused.push(key);
      return null;
    }
  };
  const [state, ...histories] = await Promise.all(
    ['state', ...HISTORY_NAMES.map((name) => `history/${name}`)].map(open),
  );
  const history = Object.fromEntries(
    HISTORY_NAMES.flatMap((name, at) => (histories[at] ? [[name, histories[at]]] : [])),
  );
  return { state: state as PublicState | null, history, refused };
}
