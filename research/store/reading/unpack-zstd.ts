import { decompress } from 'fzstd';
import { Damage } from './page-faults.js';

/** What unpacks is ready after it: once a thread, before the first page. */
export async function readyToUnpack(): Promise<void> {}

/** A zstd frame that holds `sizeBytes`. @throws Damage where it holds something else */
export function unpackZstd(packed: Uint8Array, sizeBytes: number): Uint8Array {
  const unpacked = attempt(() => decompress(packed, new Uint8Array(sizeBytes)));
  if (unpacked.length !== sizeBytes) throw new Damage('a page does not unpack to its size');
  return unpacked;
}

function attempt<T>(unpack: () => T): T {
  try {
    return unpack();
  } catch (error) {
    throw new Damage(`a page does not unpack: ${(error as Error).message}`);
  }
}
