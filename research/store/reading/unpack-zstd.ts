import { decompress } from 'fzstd';
import { Damage } from './page-faults.js';

/** Readies what unpacks: once a thread, before the first page. */
export async function readyToUnpack(): Promise<void> {}

/** A zstd frame that holds `sizeBytes`. @throws Damage where it holds something else */
export function unpackZstd(packed: Uint8Array, sizeBytes: number): Uint8Array {
  let unpacked: Uint8Array;
  try {
    unpacked = decompress(packed, new Uint8Array(sizeBytes));
  } catch (error) {
    throw new Damage(`a page does not unpack: ${(error as Error).message}`);
  }
  if (unpacked.length !== sizeBytes) throw new Damage('a page does not unpack to its size');
  return unpacked;
}
