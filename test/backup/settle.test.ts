import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { settleHome } from '../../backup/settle.js';
import { loadRelease } from '../../broker/load-release.js';
import { sealPlaces } from '../../broker/seal/seal-places.js';
import { releaseLedger } from '../../research/release/build-release.js';
import { readLiveReleases } from '../../shared/node/contract/live-releases.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import { readPin } from '../../shared/node/trust/pin-store.js';
import { revokedPayloads } from '../../shared/node/trust/revocation-store.js';
import { readTrustedRoot, trustRoot } from '../../shared/node/trust/trust-store.js';
import { encodeEnvelope } from '../../shared/trust/dsse.js';
import { comparePins } from '../../shared/trust/pin.js';
import { REVOCATIONS_FILE, signRevocations } from '../../shared/trust/revocations.js';
import { BROKER } from '../path/batches.js';
import { RECEIPT_ROOT } from '../path/broker-rig.js';
import { Road } from '../path/road.js';
import { atEveryMoment } from '../release/cut-off.js';
import { homeFolders, iso, NOW_MS, sha256, temporaryFolder } from '../release/release-fixture.js';
import { acceptPublished, holdCeremony, shipRelease } from '../release/release-work.js';
import { backUp, NOBODY, restore } from './backup-home.js';

const REFUSED = { type: 'RestoredNotSettled' };

describe('a home that was restored from an older backup', () => {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);
  const settle = (home: string, side: Partial<typeof NOBODY>, epoch = 1) =>
    settleHome({ home, broker: BROKER, epoch, side: { ...NOBODY, ...side }, nowMs: () => NOW_MS });
  /** The line of a swap to the release that the pin names. */
  const swapOf = (home: string, version: number) => ({
    ...{ v: 1, shipId: `ship/${version}`, outcome: 'swapped', modelVersion: version, counter: version },
    payloadSha256: readPin(homeFolders(home).brokerFolder).payloadSha256,
    ...{ marketTime: '2025-06-02T12:00:00.000Z', wallTime: '2025-06-02T12:00:00.000Z', priorModelVersion: null },
    ...{ heads: [], goldenRowsChecked: 0, afterEventSeq: 0 },
  });

  /** Two releases, a backup, then two more that are published and taken. */
  async function shipped(): Promise<{ home: string; file: string }> {
    const home = at('home');
    holdCeremony(home);
    for (const version of [1, 2]) {
      await shipRelease(home, `ship/${version}`);
      await acceptPublished(home, version);
    }
    const { file } = await backUp(home, at('backups'));
    for (const version of [3, 4]) {
      await shipRelease(home, `ship/${version}`);
      await acceptPublished(home, version);
    }
    return { home, file };
  }

  it('loads, accepts, signs and publishes nothing before it is settled', async () => {
    const { file } = await shipped();
    await restore(file, at('again'));
    await assert.rejects(acceptPublished(at('again'), 1), REFUSED);
    await assert.rejects(shipRelease(at('again'), 'ship/5'), REFUSED);
    await assert.rejects(
      loadRelease({
        ...{ brokerFolder: at('again/broker'), tarball: 'believe-v2.tar.gz', envelope: 'believe-v2.dsse.json' },
        ...{ nowMs: NOW_MS, expected: { alreadyLive: true } },
      }),
      REFUSED,
    );
    assert.throws(() => settle(at('again'), {}), REFUSED);
    writeFileSync(at('again/broker/restored.json'), '{"v":1,"settledAt":');
    await assert.rejects(acceptPublished(at('again'), 1), REFUSED);
  });

  it('takes no older release than was published, and gives no counter twice', async () => {
    const { home, file } = await shipped();
    await restore(file, at('again'));
    const { brokerFolder, releasesFolder } = homeFolders(at('again'));
    mkdirSync(at('receipts'));
    const { lines } = settle(at('again'), { published: homeFolders(home).moduleFolder, receipts: at('receipts') });
    assert.match(lines.join('\n'), /ledger: raised from counter 2 to 4/);
    assert.match(lines.join('\n'), /pin: raised from counter 2 to 4/);
    assert.equal(comparePins(readPin(brokerFolder), readPin(homeFolders(home).brokerFolder)), 0);
    assert.equal(readPin(brokerFolder).payloadSha256, readPin(homeFolders(home).brokerFolder).payloadSha256);
    cpSync(homeFolders(home).moduleFolder, homeFolders(at('again')).moduleFolder, { recursive: true });
    for (const old of [1, 2, 3]) await assert.rejects(acceptPublished(at('again'), old), { type: 'ReleaseRefused' });
    await acceptPublished(at('again'), 4);
    assert.equal(await shipRelease(at('again'), 'ship/5'), 5);
    const newest = releaseLedger(releasesFolder).list().at(-1)!;
    assert.equal(newest.counter, 5);
    assert.equal(newest.prevRelease, readPin(homeFolders(home).brokerFolder).payloadSha256);
    // The broker of before goes on with it: it is the next of the same chain.
    cpSync(homeFolders(at('again')).moduleFolder, homeFolders(home).moduleFolder, { recursive: true });
    await acceptPublished(home, 5);
  });

  it('lowers nothing, whatever is shown to it, and can be asked again after any end', async () => {
    const { home, file } = await shipped();
    await restore(file, at('again'));
    mkdirSync(at('receipts'));
    mkdirSync(at('older'));
    const { moduleFolder } = homeFolders(home);
    for (const name of ['believe-v1.dsse.json', 'believe-v1.tar.gz'])
      cpSync(path.join(moduleFolder, name), at('older', name));
    writeFileSync(at('older', 'believe-v9.dsse.json'), readFileSync(at('older', 'believe-v1.dsse.json')));
    writeFileSync(at('older', 'believe-v8.dsse.json'), 'rubbish');
    const said = settle(at('again'), { published: at('older'), receipts: at('receipts') });
    assert.match(said.lines.join('\n'), /pin: stays at counter 2/);
    assert.equal(readPin(homeFolders(at('again')).brokerFolder).counter, 2);
    assert.deepEqual(settle(at('again'), {}).lines, ['nothing waits to be settled']);
  });

  it('forgets no revocation', async () => {
    const { home, file } = await shipped();
    const { moduleFolder, trustFolder, keysFolder } = homeFolders(home);
    const root = readTrustedRoot(trustFolder);
    const revoked = {
      payloadSha256: sha256('payload 3'),
      modelVersion: 3,
      reason: 'x',
      at: iso(NOW_MS),
    };
    const list = signRevocations([revoked], signersOf(keysFolder, 'release', root));
    writeFileSync(path.join(moduleFolder, REVOCATIONS_FILE), encodeEnvelope(list));
    await restore(file, at('again'));
    mkdirSync(at('receipts'));
    const { lines } = settle(at('again'), { published: moduleFolder, receipts: at('receipts') });
    assert.match(lines.join('\n'), /revocations: 1 releases are revoked, and this home knew 0/);
    assert.ok(existsSync(path.join(homeFolders(at('again')).moduleFolder, REVOCATIONS_FILE)));
    assert.equal(revokedPayloads(homeFolders(at('again')).brokerFolder).size, 1);
  });

  it('cut off at any moment refuses as before, or is settled, and gets to the same end', async function () {
    this.timeout(300_000);
    const { home, file } = await shipped();
    await restore(file, at('again'));
    mkdirSync(at('receipts'));
    const side = { published: homeFolders(home).moduleFolder, receipts: at('receipts') };
    const copy = (moment: number | string) => {
      const to = at(`copy-${moment}`);
      cpSync(at('again'), to, { recursive: true });
      return to;
    };
    const moments = await atEveryMoment(
      async (one) => void settle(one, side),
      copy,
      async (one) => {
        await assert.rejects(acceptPublished(one, 2), (error: Error) =>
          ['RestoredNotSettled', 'ReleaseRefused'].includes(error.name),
        );
        settle(one, side);
        assert.equal(readPin(homeFolders(one).brokerFolder).counter, 4);
        assert.equal(releaseLedger(homeFolders(one).releasesFolder).list().at(-1)!.counter, 4);
        assert.deepEqual(settle(one, side).lines, ['nothing waits to be settled']);
        rmSync(one, { recursive: true });
      },
    );
    assert.ok(moments > 20, String(moments));
  });

  it('with a broker that has verified more than is found, is not settled', async () => {
    const { home, file } = await shipped();
    await restore(file, at('again'));
    for (const name of ['believe-v4.dsse.json', 'believe-v4.tar.gz']) {
      rmSync(path.join(homeFolders(home).moduleFolder, name));
      rmSync(path.join(homeFolders(home).brokerFolder, 'releases', name));
    }
    rmSync(at('again/broker'), { recursive: true });
    assert.throws(() => settle(at('again'), { brokerHome: home }), REFUSED);
    await assert.rejects(shipRelease(at('again'), 'ship/5'), REFUSED);
  });

  it('gives no counter before it is settled, though it had no release when the backup was made', async () => {
    holdCeremony(at('home'));
    const { file } = await backUp(at('home'), at('backups'));
    await shipRelease(at('home'), 'ship/1');
    await restore(file, at('again'));
    await assert.rejects(shipRelease(at('again'), 'ship/2'), REFUSED);
    mkdirSync(at('receipts'));
    settle(at('again'), { published: homeFolders(at('home')).moduleFolder, receipts: at('receipts') });
    assert.equal(await shipRelease(at('again'), 'ship/2'), 2);
  });

  it('says the new epoch in the settings of this home', async () => {
    holdCeremony(at('home'));
    writeFileSync(at('home/config.json'), JSON.stringify({ upload: { epoch: 3, broker: 'x' }, other: 1 }));
    const { file } = await backUp(at('home'), at('backups'));
    await restore(file, at('again'));
    settle(at('again'), { alone: true }, 3);
    const settings = JSON.parse(readFileSync(at('again/config.json'), 'utf8')) as unknown;
    assert.deepEqual(settings, { upload: { epoch: 4, broker: 'x' }, other: 1 });
  });

  it('without anybody to ask begins new epochs, and signs nothing in the old one', async () => {
    const { file } = await shipped();
    await restore(file, at('again'));
    const { lines } = settle(at('again'), { alone: true });
    assert.match(lines.join('\n'), /begin epoch 2 with `believe keys rotate/);
    await assert.rejects(shipRelease(at('again'), 'ship/5'), REFUSED);
  });

  it('trades with no model that a later one may have replaced', async () => {
    const { home, file } = await shipped();
    await restore(file, at('again'));
    const { brokerFolder } = homeFolders(at('again'));
    mkdirSync(path.join(brokerFolder, 'trust/live'), { recursive: true });
    const traded = { v: 1, epoch: 1, swap: swapOf(at('again'), 2) };
    writeFileSync(path.join(brokerFolder, 'trust/live/e1-c2.json'), JSON.stringify(traded));
    assert.equal(readLiveReleases(brokerFolder).length, 1);
    mkdirSync(at('receipts'));
    settle(at('again'), { published: homeFolders(home).moduleFolder, receipts: at('receipts') });
    assert.deepEqual(readLiveReleases(brokerFolder), []);
    assert.ok(existsSync(path.join(brokerFolder, 'trust/live')), 'swaps.jsonl is not asked instead');
    assert.ok(existsSync(path.join(brokerFolder, 'control/halt.json')));
  });

  it('seals on without a fork, as the receiver sees it', async () => {
    const road = new Road(at('old'));
    holdCeremony(at('old'));
    trustRoot(at('old/broker/trust'), RECEIPT_ROOT);
    await road.sealOrders(3);
    road.send();
    await road.receive();
    const { file } = await backUp(at('old'), at('backups'), { tier: 'broker' });
    await road.sealOrders(4);
    road.send();
    await road.receive();

    const again = new Road(at('new'));
    rmSync(at('new'), { recursive: true });
    await restore(file, at('new'));
    await assert.rejects(again.rig.sealAll(), REFUSED);
    mkdirSync(at('published'));
    const settled = settle(at('new'), { published: at('published'), receipts: at('old/receiver/receipts') });
    assert.match(settled.lines.join('\n'), /research has 7 batches of orders \(epoch 1\), and this home knows 3/);
    assert.equal(settled.uploadEpoch, 2);
    again.rig.orders(3);
    await assert.rejects(again.rig.sealAll(), REFUSED, 'not in the old epoch');
    await again.rig.sealing((sealer) => sealer.sealAll(), { epoch: 2 });
    const { outbox } = sealPlaces(at('new/broker'));
    for (const name of readdirSync(outbox)) cpSync(path.join(outbox, name), road.landing(name), { force: false });
    const received = await road.receive({ epoch: 2 });
    assert.deepEqual(received.setAside, []);
    assert.ok(readdirSync(outbox).every((name) => name.includes('-e0002-')));
    assert.ok(existsSync(at('old/receiver/receipts/orders-e0002.note')));
  });

  it('keeps the epoch that an earlier restore has asked for', async () => {
    const road = new Road(at('old'));
    holdCeremony(at('old'));
    await road.sealOrders(1);
    const first = await backUp(at('old'), at('backups'), { tier: 'broker' });
    await restore(first.file, at('second'));
    assert.equal(settle(at('second'), { alone: true }, 6).uploadEpoch, 7);
    const second = await backUp(at('second'), at('backups'), { tier: 'broker' });
    await restore(second.file, at('third'));
    assert.equal(settle(at('third'), { alone: true }).uploadEpoch, 7);
    assert.ok(readTrustedRoot(at('third/broker/trust')));
  });
});
