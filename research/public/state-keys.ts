import type { TrustedRoot } from '../../shared/trust/root.js';
import { verifierKey } from '../../shared/trust/tlog/signed-note.js';

/** Keys of the state role, as pages name them (base64 of SPKI DER) and as readers of notes do. */
export function stateKeysOf({ roles }: TrustedRoot, origin: string) {
  const keys = roles.state.keys.flatMap((key) => ('spkiDer' in key ? [key] : []));
  return {
    origin,
    stateKeys: keys.map(({ spkiDer }) => spkiDer.toString('base64')),
    verifierKeys: keys.map((key) => verifierKey({ name: origin, key })),
  };
}
