import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { PublicFill } from './entry.js';

/**
 * Commits to a fill without telling it: sha256 over the 32 bytes of the salt and the fill's JSON. Who knows neither cannot guess
 * the fill from the hash; who has published the hash can open nothing else.
 * @param fill with its fields in the order of `publicFill`, as every entry has them
 * @param saltHex 32 random bytes, told when the fill is opened
 */
export function sealedHash(saltHex: string, fill: PublicFill): string {
  return bytesToHex(
    sha256
      .create()
      .update(hexToBytes(saltHex))
      .update(utf8ToBytes(JSON.stringify(fill)))
      .digest(),
  );
}
