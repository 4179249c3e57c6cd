import assert from 'node:assert/strict';
import path from 'node:path';
import { keyPlaces, privateKeysFolder } from '../../research/release/key-places.js';
import { initKeys, publishNextRoot, rotateKeys, USUAL_CEREMONY } from '../../research/release/keys.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import { NOW_MS, temporaryFolder } from '../release/release-fixture.js';

describe('the role of who acknowledges', () => {
  const folder = temporaryFolder();

  it('is in every new ceremony, and comes into an older home by a rotation', () => {
    const places = keyPlaces(path.join(folder(), 'home'));
    const { root } = initKeys(places, { ...USUAL_CEREMONY, operatorName: 'ann', nowMs: NOW_MS });
    assert.equal(root.roles.receipt.keys.length, 1);
    const receipts = privateKeysFolder(places, 'receipt');
    assert.equal(signersOf(receipts, 'receipt', root).length, 1);
    // As roots were made before anything was acknowledged.
    const older = publishNextRoot(places, (metadata) => {
      const { receipt, ...roles } = metadata.roles;
      const keys = Object.entries(metadata.keys).filter(([keyid]) => !receipt!.keyids.includes(keyid));
      return { next: { ...metadata, roles, keys: Object.fromEntries(keys) } };
    });
    assert.deepEqual([older.roles.receipt.keys, older.roles.receipt.threshold], [[], 0]);
    const rotation = { newEpoch: false, rootLifetimeDays: 365, nowMs: NOW_MS };
    const other = rotateKeys(places, { roles: ['release'], ...rotation });
    assert.equal(other.metadata.roles.receipt, undefined, 'not by the way');
    const next = rotateKeys(places, { roles: ['receipt'], ...rotation });
    assert.equal(next.roles.receipt.threshold, 1);
    assert.equal(signersOf(receipts, 'receipt', next).length, 1);
  });
});
