import { bytesToHex } from '@noble/hashes/utils.js';
import { bytesOfBase64 } from '../../shared/trust/tlog/note-text.js';

/** A public key of the state role, as pages and deployments name it: 44 bytes of SPKI DER in base64. */
export interface WebKey {
  /** Lower-case hex sha256 of the SPKI DER. */
  readonly keyid: string;
  /** The 32 bytes of the key itself. */
  readonly raw: Uint8Array;
  readonly verifier: Awaited<ReturnType<typeof crypto.subtle.importKey>>;
}

/** By WebCrypto: in Workers, browsers and Node. @throws TypeError where it is no Ed25519 key */
export async function webKey(spkiBase64: string): Promise<WebKey> {
  const spki = bytesOfBase64(spkiBase64);
  if (spki?.length !== 44) throw new TypeError('a state key is not the base64 of 44 bytes of SPKI DER');
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', spki));
  const verifier = await crypto.subtle.importKey('spki', spki, { name: 'Ed25519' }, false, ['verify']);
  return { keyid: bytesToHex(digest), raw: spki.subarray(-32), verifier };
}

export function isSignedBy(key: WebKey, message: Uint8Array<ArrayBuffer>, signature: Uint8Array): Promise<boolean> {
  return crypto.subtle.verify({ name: 'Ed25519' }, key.verifier, Uint8Array.from(signature), message);
}
