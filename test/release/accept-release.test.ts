import assert from 'node:assert/strict';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadRelease, readBounded } from '../../broker/load-release.js';
import { buildRollback } from '../../research/release/build-release.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { rotateKeys } from '../../research/release/keys.js';
import { publishRelease } from '../../research/release/publish-release.js';
import { signRelease } from '../../research/release/sign-release.js';
import { PinLost, raisePin, readPin } from '../../shared/node/trust/pin-store.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { type RefusalReason, ReleaseRefused } from '../../shared/trust/refusal.js';
import { DAY_MS, FILES, homeFolders, NOW_MS, sha256, temporaryFolder } from './release-fixture.js';
import { acceptPublished, holdCeremony, shipRelease } from './release-work.js';

const refusedFor = (reason: RefusalReason) => (error: unknown) =>
  error instanceof ReleaseRefused && error.reason === reason;

/** The same release content with other weights. */
const withHead = (text: string) => new Map(FILES).set('heads/F2_dom.onnx', Buffer.from(text));

describe('a broker that takes in releases', () => {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);
  const brokerFolder = () => homeFolders(folder()).brokerFolder;
  const load = (modelVersion: number, payloadSha256: string, alreadyLive = false) =>
    loadRelease({
      brokerFolder: brokerFolder(),
      tarball: `believe-v${modelVersion}.tar.gz`,
      envelope: `believe-v${modelVersion}.dsse.json`,
      nowMs: NOW_MS,
      expected: { payloadSha256, alreadyLive },
    });

  beforeEach(async () => {
    holdCeremony(folder());
    await shipRelease(folder(), 'ship/1', withHead('one'));
    await shipRelease(folder(), 'ship/2', withHead('two'));
  });

  it('stores, unpacks and pins a verified release, and doing it again changes nothing', async () => {
    const first = await acceptPublished(folder(), 1);
    assert.deepEqual(readFileSync(path.join(first.unpackedFolder, 'heads', 'F2_dom.onnx')), Buffer.from('one'));
    assert.deepEqual(
      readFileSync(at('broker/releases', first.tarball)),
      readFileSync(at('research/published', first.tarball)),
    );
    const pin = readPin(brokerFolder());
    assert.equal(pin.counter, 1);
    const again = await acceptPublished(folder(), 1);
    assert.deepEqual([again.chain, readPin(brokerFolder())], ['same', pin]);
  });

  it('mends an unpacked folder that someone has changed', async () => {
    const { unpackedFolder } = await acceptPublished(folder(), 1);
    appendFileSync(path.join(unpackedFolder, 'gate-report.json'), ' ');
    writeFileSync(path.join(unpackedFolder, 'extra'), '');
    await acceptPublished(folder(), 1);
    assert.deepEqual(readFileSync(path.join(unpackedFolder, 'gate-report.json')), FILES.get('gate-report.json'));
    assert.equal(existsSync(path.join(unpackedFolder, 'extra')), false);
  });

  it('refuses v1 after v2, also with its memory restored from before or partly deleted', async () => {
    await acceptPublished(folder(), 1);
    const before = readFileSync(at('broker/pin.json'));
    await acceptPublished(folder(), 2);
    await assert.rejects(acceptPublished(folder(), 1), refusedFor('rollback'));
    writeFileSync(at('broker/pin.json'), before);
    await assert.rejects(acceptPublished(folder(), 1), refusedFor('rollback'));
    rmSync(at('broker/pin.json'));
    await assert.rejects(acceptPublished(folder(), 1), refusedFor('rollback'));
    await acceptPublished(folder(), 2);
    rmSync(at('broker/trust/verified'), { recursive: true });
    await assert.rejects(acceptPublished(folder(), 1), refusedFor('rollback'));
  });

  it('verifies nothing once it has forgotten everything, also after another key ceremony', async () => {
    await acceptPublished(folder(), 2);
    rmSync(at('broker/pin.json'));
    rmSync(at('broker/trust/verified'), { recursive: true });
    await assert.rejects(acceptPublished(folder(), 1), PinLost);
    holdCeremony(folder());
    await assert.rejects(acceptPublished(folder(), 1), PinLost);
  });

  it('verifies nothing while its memory is damaged or contradicts itself', async () => {
    await acceptPublished(folder(), 2);
    const good = readFileSync(at('broker/pin.json'), 'utf8');
    for (const damaged of [
      '',
      '{',
      good.replace(/"counter":2/, '"counter":-2'),
      good.replace(/"payloadSha256":"./, '"payloadSha256":"x'),
    ]) {
      writeFileSync(at('broker/pin.json'), damaged);
      await assert.rejects(acceptPublished(folder(), 2), PinLost, damaged);
    }
    const other = { ...JSON.parse(good), payloadSha256: sha256('other') } as object;
    writeFileSync(at('broker/pin.json'), JSON.stringify(other));
    await assert.rejects(acceptPublished(folder(), 2), PinLost);
  });

  it('never lowers its pin, whoever asks', async () => {
    await acceptPublished(folder(), 1);
    const low = readPin(brokerFolder());
    await acceptPublished(folder(), 2);
    raisePin(brokerFolder(), low);
    assert.equal(readPin(brokerFolder()).counter, 2);
  });

  it('keeps the old release when the new one is refused', async () => {
    const { payloadSha256 } = await acceptPublished(folder(), 1);
    const tarball = at('research/published/believe-v2.tar.gz');
    const bytes = readFileSync(tarball);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(tarball, bytes);
    await assert.rejects(acceptPublished(folder(), 2), refusedFor('archive-hash'));
    assert.equal(readPin(brokerFolder()).counter, 1);
    assert.equal(existsSync(at('broker/releases/believe-v2.tar.gz')), false);
    assert.equal((await load(1, payloadSha256)).predicate.modelVersion, 1);
  });

  it('loads what was verified: a file swapped between delivery and load is refused', async () => {
    const { payloadSha256 } = await acceptPublished(folder(), 1);
    cpSync(at('research/published/believe-v2.tar.gz'), at('broker/releases/believe-v1.tar.gz'));
    await assert.rejects(load(1, payloadSha256), /archive-(size|hash)/);
    cpSync(at('research/published/believe-v2.dsse.json'), at('broker/releases/believe-v1.dsse.json'));
    await assert.rejects(load(1, payloadSha256), refusedFor('not-the-expected-release'));
  });

  it('loads what was verified: a file that changes during the load changes nothing in memory', async () => {
    const { payloadSha256 } = await acceptPublished(folder(), 1);
    const loading = load(1, payloadSha256);
    // The bytes were read before the first await; from here on the disk holds something else.
    writeFileSync(at('broker/releases/believe-v1.tar.gz'), 'something else');
    assert.deepEqual((await loading).files.get('heads/F2_dom.onnx'), Buffer.from('one'));
  });

  it('loads the live release at a restart while a newer one waits for its open', async () => {
    const live = await acceptPublished(folder(), 1);
    await acceptPublished(folder(), 2);
    await assert.rejects(load(1, live.payloadSha256), refusedFor('rollback'));
    assert.equal((await load(1, live.payloadSha256, true)).chain, 'already-live');
  });

  it('takes a rollback as a new release with the older bytes', async () => {
    await acceptPublished(folder(), 1);
    await acceptPublished(folder(), 2);
    const { releasesFolder, trustFolder, ...folders } = homeFolders(folder());
    const facts = { releaseId: 'ship/2 rollback', shipId: 'ship/2', epoch: 1, lifetimeDays: 30 };
    const { predicate } = buildRollback(releasesFolder, facts, { olderVersion: 1, grounds: {} }, NOW_MS);
    assert.deepEqual([predicate.modelVersion, predicate.counter, predicate.rollbackOf?.modelVersion], [3, 3, 1]);
    const ask = { releasesFolder, trustFolder, ...folders, releaseId: facts.releaseId, nowMs: NOW_MS };
    await signRelease({ ...ask, root: readTrustedRoot(trustFolder) });
    publishRelease(ask);
    const accepted = await acceptPublished(folder(), 3);
    assert.equal(accepted.chain, 'next');
    assert.deepEqual(accepted.files.get('heads/F2_dom.onnx'), Buffer.from('one'));
  });

  it('follows the roots that come with a release, and refuses one that does not follow', async () => {
    await acceptPublished(folder(), 1);
    const rotation = { roles: ['release' as const], newEpoch: false, rootLifetimeDays: 365, nowMs: NOW_MS };
    rotateKeys(keyPlaces(folder()), rotation);
    rotateKeys(keyPlaces(folder()), { ...rotation, roles: ['root', 'release'] });
    assert.equal(await shipRelease(folder(), 'ship/3', withHead('three')), 3);
    const accepted = await acceptPublished(folder(), 3);
    assert.deepEqual([accepted.chain, accepted.nextPin?.rootVersion], ['gap', 3]);
    assert.equal(readTrustedRoot(at('broker/trust')).metadata.version, 3);
    cpSync(at('research/trust/root.2.json'), at('research/published/root.4.json'));
    await assert.rejects(acceptPublished(folder(), 3), refusedFor('root-refused'));
    assert.equal(readTrustedRoot(at('broker/trust')).metadata.version, 3);
  });

  it('takes nothing of a closed epoch any more', async () => {
    await acceptPublished(folder(), 1);
    const rotation = { roles: ['release' as const], newEpoch: true, rootLifetimeDays: 365, nowMs: NOW_MS };
    const root = rotateKeys(keyPlaces(folder()), rotation);
    writeFileSync(at('research/published/root.2.json'), root.envelope);
    await assert.rejects(acceptPublished(folder(), 2), ReleaseRefused);
  });

  it('loads nothing past its expiry', async () => {
    await acceptPublished(folder(), 1);
    await assert.rejects(acceptPublished(folder(), 2, NOW_MS + 31 * DAY_MS), refusedFor('expired'));
  });

  it('reads no more of a file than it was told to', () => {
    mkdirSync(at('x'));
    writeFileSync(at('x/long'), Buffer.alloc(10_000));
    assert.equal(readBounded(at('x/long'), 100).length, 101);
    assert.equal(readBounded(at('x/long'), 10_000).length, 10_000);
    assert.throws(() => readBounded(at('x'), 100), { name: 'DeliveryMissing' });
    assert.throws(() => readBounded(at('x/none'), 100), { name: 'DeliveryMissing' });
  });
});
