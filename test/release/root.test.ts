import assert from 'node:assert/strict';
import { encodeEnvelope, parseEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { nextRoot, ROOT_PAYLOAD_TYPE, RootRefused, readRoot, signRoot } from '../../shared/trust/root.js';
import { iso, KEYS, makeRoot, NOW_MS, rootMetadataOf } from './release-fixture.js';

const FRESH = [generateSigningKey(), generateSigningKey()];
const rotated = { root: { keys: FRESH, threshold: 2 } };
const V1 = makeRoot();

function refusedWith(fault: RootRefused['fault'], act: () => unknown): void {
  assert.throws(act, (error) => error instanceof RootRefused && error.fault === fault);
}

describe('the root of trust', () => {
  it('is trusted only with the threshold of its own keys', () => {
    const metadata = rootMetadataOf();
    assert.equal(readRoot(signRoot(metadata, [KEYS.rootA, KEYS.rootC])).metadata.version, 1);
    refusedWith('signature', () => readRoot(signRoot(metadata, [KEYS.rootA])));
    refusedWith('signature', () => readRoot(signRoot(metadata, [KEYS.rootA, KEYS.rootA])));
    refusedWith('signature', () => readRoot(signRoot(metadata, [KEYS.rootA, KEYS.stranger])));
  });

  it('goes from N to N + 1 with the signatures of both', () => {
    const metadata = rootMetadataOf(rotated, { version: 2 });
    const next = nextRoot(V1, signRoot(metadata, [KEYS.rootA, KEYS.rootB, ...FRESH]));
    assert.equal(next.metadata.version, 2);
    refusedWith('signature', () => nextRoot(V1, signRoot(metadata, FRESH)));
    refusedWith('signature', () => nextRoot(V1, signRoot(metadata, [KEYS.rootA, KEYS.rootB])));
    refusedWith('signature', () => nextRoot(V1, signRoot(metadata, [KEYS.rootA, KEYS.rootB, FRESH[0]!])));
    refusedWith('signature', () => nextRoot(V1, signRoot(metadata, [KEYS.rootA, ...FRESH])));
  });

  it('skips no version and never goes back', () => {
    const signers = [KEYS.rootA, KEYS.rootB];
    for (const version of [1, 3]) {
      refusedWith('version', () => nextRoot(V1, signRoot(rootMetadataOf({}, { version }), signers)));
    }
    const epoch2 = makeRoot({}, { epoch: 2 });
    refusedWith('epoch', () => nextRoot(epoch2, signRoot(rootMetadataOf({}, { version: 2, epoch: 1 }), signers)));
  });

  it('can be followed although it has expired', () => {
    const expired = makeRoot({}, { expires: iso(NOW_MS - 1) });
    const metadata = rootMetadataOf({}, { version: 2 });
    assert.equal(nextRoot(expired, signRoot(metadata, [KEYS.rootA, KEYS.rootB])).metadata.version, 2);
  });

  it('refuses a key in two roles, a threshold that its keys cannot meet, and a key under a foreign keyid', () => {
    const signers = [KEYS.rootA, KEYS.rootB];
    const shared = rootMetadataOf({ journal: { keys: [KEYS.release], threshold: 1 } });
    const unreachable = rootMetadataOf({ release: { keys: [KEYS.release], threshold: 2 } });
    const twice = rootMetadataOf({ release: { keys: [KEYS.release, KEYS.release], threshold: 2 } });
    const good = rootMetadataOf();
    const foreign = {
      ...good,
      keys: { ...good.keys, [KEYS.release.keyid]: KEYS.stranger.spkiDer.toString('base64') },
    };
    for (const metadata of [shared, unreachable, twice, foreign]) {
      refusedWith('malformed', () => readRoot(signRoot(metadata, signers)));
    }
  });

  it('refuses a payload of another type or form, although it is signed', () => {
    const signers = [KEYS.rootA, KEYS.rootB];
    const payload = Buffer.from(JSON.stringify(rootMetadataOf()));
    const asRelease = encodeEnvelope(signEnvelope('application/vnd.in-toto+json', payload, signers));
    const notJson = encodeEnvelope(signEnvelope(ROOT_PAYLOAD_TYPE, Buffer.from('root'), signers));
    for (const bytes of [asRelease, notJson]) refusedWith('malformed', () => readRoot(bytes));
    const flipped = { ...parseEnvelope(V1.envelope), payload: payload.toString('base64').replace('A', 'B') };
    assert.throws(() => readRoot(encodeEnvelope(flipped)), RootRefused);
  });
});
