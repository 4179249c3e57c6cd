import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** Pre-authentication encoding: the bytes that are signed (DSSE protocol, "PAE"). Lengths count bytes. Runs in browsers too. */
export function preAuthBytes(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const type = utf8ToBytes(payloadType);
  const parts = [utf8ToBytes(`DSSEv1 ${type.length} `), type, utf8ToBytes(` ${payload.length} `), payload];
  return concatBytes(...parts) as Uint8Array<ArrayBuffer>;
}
