// Seals in a process of its own, which may kill itself on the way:
//   node seal-process.js <broker folder> <kill before the n-th file operation, 0 never>

import { Sealer } from '../../broker/seal/sealer.js';
import { signingKeyFromPem } from '../../shared/trust/ed25519-key.js';
import { killBefore } from '../release/cut-off.js';
import { KEYS, NOW_MS } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { DATE } from './broker-rig.js';

const [brokerFolder, killAt, keyPem] = process.argv.slice(2) as [string, string, string];
// Keys are made anew in each process: this one signs with its parent's.
const keys = [keyPem === undefined ? KEYS.journal : signingKeyFromPem(keyPem)];
killBefore(Number(killAt));
const sealer = await Sealer.open({
  ...{ brokerFolder, broker: BROKER, epoch: 1, keys, heartbeatSeconds: 600 },
  ...{ tradeDateNow: () => DATE, wallMs: () => NOW_MS },
});
await sealer.sealAll();
sealer.closeDay('orders', DATE);
sealer.close();
