import { syncBuiltinESMExports } from 'node:module';
import { patchDisk } from './patch-disk.js';
import { patchHeads } from './patch-heads.js';
import { patchNetwork } from './patch-network.js';
import { patchProcess } from './patch-process.js';
import { patchRandom } from './patch-random.js';
import { patchTime } from './patch-time.js';

// Imported for its effect: from here on Node's builtins serve the active world, where there is one. The modules of the
// product run unchanged, and cannot tell.
patchTime();
patchRandom();
patchDisk();
patchNetwork();
patchProcess();
patchHeads();
syncBuiltinESMExports();
