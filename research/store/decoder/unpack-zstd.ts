import { ZSTDDecoder } from 'zstddec';
import { Damage } from './page-faults.js';

const decoder = new ZSTDDecoder();

/** What unpacks is ready after it: once a thread, before the first page. */
export function readyToUnpack(): Promise<void> {
  return decoder.init();
}

/** A zstd frame that holds `sizeBytes`. @throws Damage where it holds something else */
export function unpackZstd(packed: Uint8Array, sizeBytes: number): Uint8Array {
  // Of size 0 the decoder would ask the frame, which may say anything.
  const unpacked = sizeBytes === 0 ? packed.subarray(0, 0) : attempt(() => decoder.decode(packed, sizeBytes));
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
