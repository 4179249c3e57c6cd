import path from 'node:path';
import { fileSha256 } from './file-sha256.js';

/** One build of the pinned library: the files that are taken out of its wheel, with the sha256 of each. */
export interface LibxgboostPin {
  /** Path of the library inside the wheel. */
  library: string;
  /** Every file that is kept, by path inside the wheel: the library finds its OpenMP runtime in the sibling folder. */
  files: Readonly<Record<string, string>>;
}

/** The version in xgboost-cpu.requirements.txt, which holds the hashes of the wheels themselves. */
export const LIBXGBOOST_VERSION = '3.2.0';

const PINS: Readonly<Record<string, LibxgboostPin>> = {
  'linux-x64': {
    library: 'xgboost/lib/libxgboost.so',
    files: {
      'xgboost/lib/libxgboost.so': 'bad3eb7004550b6db2338486061bf628cabc2340d4913e811b0564ba4788eef5',
      'xgboost_cpu.libs/libgomp-e985bcbb.so.1.0.0': 'a43904e4fa297301d4640dc1bb3c8a3480b406f99e498eba9b1914b68aab604a',
    },
  },
  'linux-arm64': {
    library: 'xgboost/lib/libxgboost.so',
    files: {
      'xgboost/lib/libxgboost.so': '32a854dcd03f7e66b93ea3df543a4b82f16809c2cd93f74f29a6c97f83723b8d',
      'xgboost_cpu.libs/libgomp-a49a47f9.so.1.0.0': '43642df04bdf20f9b4122d336ef3e2e6a486c536e614159ac0e981a901d54537',
    },
  },
  'win32-x64': {
    library: 'xgboost/lib/xgboost.dll',
    files: { 'xgboost/lib/xgboost.dll': '834be3f0418127a123ee4002f2157c073d010368144a842a51cdd190ebc40e5e' },
  },
};

/** The pin for a platform as Node names it (`linux-x64`); undefined where no wheel was built for it. */
export function libxgboostPinFor(platform = `${process.platform}-${process.arch}`): LibxgboostPin | undefined {
  return PINS[platform];
}

/** Name of the first file of the pin that is missing in a folder or has other bytes; undefined where all is well. */
export async function damagedFile(folder: string, pin: LibxgboostPin): Promise<string | undefined> {
  for (const [name, sha256] of Object.entries(pin.files)) {
    if ((await fileSha256(path.join(folder, ...name.split('/')))) !== sha256) return name;
  }
  return undefined;
}
