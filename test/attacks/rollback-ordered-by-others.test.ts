import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { armSwap } from '../../activities/broker/swap-handover.js';
import { LiveReleases } from '../../bridge/swap/live-release.js';
import { acceptRelease } from '../../broker/accept-release.js';
import { verifyStillGood } from '../../broker/load-release.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { addOperator, revokeOperator } from '../../research/release/operators.js';
import type { SignedReleaseFiles } from '../../research/release/sign-release.js';
import { readSigningKeys } from '../../shared/node/trust/key-folder.js';
import { cosignEnvelope, type DsseEnvelope, encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import { generateSigningKey, type SigningKey } from '../../shared/trust/ed25519-key.js';
import { orderNow, type RollbackOrder, signOrder } from '../../shared/trust/rollback-order.js';
import { STATEMENT_LIFETIME_MS } from '../../shared/trust/signed-for-minutes.js';
import {
  encodeStatement,
  RELEASE_PAYLOAD_TYPE,
  type ReleasePredicate,
  releaseStatement,
} from '../../shared/trust/statement.js';
import { PRODUCT, sha256, temporaryFolder } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';
import { cargoOf, SigningTable } from './signing-table.js';

const ROLLBACK = 'rollback/1~0a1b2c3d';
const MID_SESSION_MS = Date.parse('2025-06-03T17:00:00Z');

/** Two releases have gone live, v1 and v2; somebody wants v1 back, and is believed by his signature only. */
describe('whoever orders a rollback', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let cargos: Cargo[];
  let table: SigningTable;
  let first: SignedReleaseFiles;
  let second: SignedReleaseFiles;
  before(async () => {
    cargos = await Promise.all([
      cargoOf('ship/1~0a1b2c3d'),
      cargoOf('ship/2~0a1b2c3d', { priorRelease: 'believe-v1' }),
      cargoOf('ship/3~0a1b2c3d', { priorRelease: 'believe-v2' }),
    ]);
  });
  beforeEach(async () => {
    table = new SigningTable(path.join(folder(), 'home'));
    first = await table.bringLive(cargos[0]!);
    second = await table.bringLive(cargos[1]!);
  });

  const predicateOf = (release: SignedReleaseFiles): ReleasePredicate => {
    const { payload } = JSON.parse(readFileSync(release.envelopeFile, 'utf8')) as { payload: string };
    return releaseStatement.parse(JSON.parse(Buffer.from(payload, 'base64').toString())).predicate;
  };
  const orderOf = (changes: Partial<RollbackOrder> = {}, nowMs = Date.now()): RollbackOrder => ({
    ...orderNow({
      live: { modelVersion: 2, payloadSha256: second.payloadSha256 },
      to: {
        ...{ modelVersion: 1, payloadSha256: first.payloadSha256 },
        archiveSha256: predicateOf(first).archive.sha256,
      },
      ...{ by: 'ann', reason: 'v2 loses at the close', nowMs },
    }),
    ...changes,
  });
  const signed = (changes: Partial<RollbackOrder> = {}, keys = table.keys('operator')) =>
    signOrder(orderOf(changes), keys);
  const ask = (order: DsseEnvelope, shipId = ROLLBACK) =>
    table.signer.answer({ do: 'rollback-as-ordered', shipId, order }) as Promise<SignedReleaseFiles>;
  const refusedAs = (fault: string) => (error: unknown) => (error as { fault?: string }).fault === fault;

  describe('of the signer', () => {
    it('with an operator’s signature gets the older bytes signed, under a higher counter and with the order in them', async () => {
      const order = signed();
      const back = await ask(order);
      const { counter, rollbackOf, archive, shipId } = predicateOf(back);
      assert.deepEqual([counter, shipId, archive], [3, ROLLBACK, predicateOf(first).archive]);
      assert.deepEqual(rollbackOf, { modelVersion: 1, payloadSha256: first.payloadSha256, order });
      assert.deepEqual(await ask(order), back, 'asked again: the same');
    });

    it('without one, with another key or with another role’s, gets nothing', async () => {
      await assert.rejects(ask(signed({}, [generateSigningKey()])), refusedAs('signature'));
      await assert.rejects(ask(signed({}, table.keys('broker'))), refusedAs('signature'));
      await assert.rejects(ask(signed({ by: 'bob' })), refusedAs('signature'));
      const approval = table.approvalOf(cargos[0]!).signed;
      await assert.rejects(ask(approval), refusedAs('malformed'));
    });

    it('with an operator’s who was revoked, gets nothing', async () => {
      const order = signed();
      addOperator(keyPlaces(table.home), { name: 'bob', nextCounter: 1 });
      revokeOperator(keyPlaces(table.home), 'ann');
      await assert.rejects(ask(order), refusedAs('signature'));
    });

    it('with one signature gets nothing where the root asks for two, and the same key twice is one', async () => {
      const bob = operatorBob(table, 2);
      const order = signed();
      await assert.rejects(ask(order), refusedAs('signature'));
      await assert.rejects(ask(cosignEnvelope(order, table.keys('operator')[0]!)), refusedAs('signature'));
      assert.equal((await ask(cosignEnvelope(order, bob))).modelVersion, 3);
    });

    it('cannot use one order for two releases, nor keep it for later', async () => {
      const order = signed();
      await ask(order);
      await assert.rejects(ask(order, 'rollback/2~0a1b2c3d'), refusedAs('used'));
      const old = signOrder(orderOf({}, Date.now() - STATEMENT_LIFETIME_MS), table.keys('operator'));
      await assert.rejects(ask(old), refusedAs('expired'));
      const early = signOrder(orderOf({}, Date.now() + 3_600_000), table.keys('operator'));
      await assert.rejects(ask(early), refusedAs('not-yet'));
    });

    it('cannot use the order of another home, nor one from what no longer trades', async () => {
      const live = { modelVersion: 2, payloadSha256: sha256('payload of another home') };
      await assert.rejects(ask(signed({ live })), refusedAs('other-live'));
      const order = signed();
      await table.bringLive(cargos[2]!);
      await assert.rejects(ask(order), refusedAs('other-live'));
    });

    it('cannot have back what never traded, what is not there, what trades, or other bytes', async () => {
      const third = await table.publish(cargos[2]!);
      const to = (release: SignedReleaseFiles, changes: object = {}) => ({
        ...{ modelVersion: release.modelVersion, payloadSha256: release.payloadSha256 },
        ...{ archiveSha256: predicateOf(release).archive.sha256, ...changes },
      });
      for (const [target, why] of [
        [to(third), /v3 never traded: it is published/],
        [to(first, { payloadSha256: sha256('x') }), /no release v1 has that payload/],
        [to(first, { modelVersion: 2 }), /no release v2 has that payload/],
        [to(second), /v2 is what trades/],
        [to(first, { archiveSha256: sha256('x') }), /the bytes of v1 are other ones/],
      ] as const)
        await assert.rejects(ask(signed({ to: target })), (error: Error) => {
          assert.match(error.message, why);
          return refusedAs('target')(error);
        });
      await table.signer.answer({ do: 'revoke', shipId: cargos[2]!.shipId, reason: 'aborted' });
      await assert.rejects(ask(signed({ to: to(third) })), /v3 was given up and revoked/);
    });

    it('cannot have back what only a revoked operator had let go', async () => {
      const home = new SigningTable(path.join(folder(), 'held'));
      const held = await cargoOf('ship/1~0a1b2c3d', { edge: false });
      const v1 = await home.bringLive(held, home.approvalOf(held));
      const v2 = await home.bringLive(cargos[1]!);
      const bob = operatorBob(home, 1);
      revokeOperator(keyPlaces(home.home), 'ann');
      const order = orderNow({
        live: { modelVersion: 2, payloadSha256: v2.payloadSha256 },
        to: { modelVersion: 1, payloadSha256: v1.payloadSha256, archiveSha256: predicateOf(v1).archive.sha256 },
        ...{ by: 'bob', reason: 'back', nowMs: Date.now() },
      });
      const asked = home.signer.answer({ do: 'rollback-as-ordered', shipId: ROLLBACK, order: signOrder(order, [bob]) });
      await assert.rejects(asked, /v1 was held, and nobody who let it go is an operator any more/);
    });

    it('cannot have back what was trained for another product', async () => {
      const home = new SigningTable(path.join(folder(), 'products'));
      const v1 = await home.bringLive(cargos[0]!, null, { ...PRODUCT, symbol: 'NQ' });
      const v2 = await home.bringLive(cargos[1]!);
      const order = orderNow({
        live: { modelVersion: 2, payloadSha256: v2.payloadSha256 },
        to: { modelVersion: 1, payloadSha256: v1.payloadSha256, archiveSha256: predicateOf(v1).archive.sha256 },
        ...{ by: 'ann', reason: 'back', nowMs: Date.now() },
      });
      const envelope = signOrder(order, home.keys('operator'));
      const asked = home.signer.answer({ do: 'rollback-as-ordered', shipId: ROLLBACK, order: envelope });
      await assert.rejects(asked, /v1 is for another product than v2, which trades/);
    });
  });

  describe('of the broker', () => {
    const brokerFolder = () => path.join(table.home, 'broker');
    const names = (modelVersion: number) => ({
      tarball: `believe-v${modelVersion}.tar.gz`,
      envelope: `believe-v${modelVersion}.dsse.json`,
    });
    const accept = ({ modelVersion }: Pick<SignedReleaseFiles, 'modelVersion'>, nowMs = Date.now()) =>
      acceptRelease({
        ...{ brokerFolder: brokerFolder(), incomingFolder: table.places.moduleFolder, nowMs },
        ...names(modelVersion),
      });
    /** As if the bridge had swapped to it. */
    const trade = ({ modelVersion, counter, payloadSha256 }: SignedReleaseFiles, shipId: string) => {
      const now = new Date().toISOString();
      new LiveReleases(brokerFolder()).keep(1, {
        ...{ v: 1, shipId, outcome: 'swapped', marketTime: now, wallTime: now, modelVersion, counter, payloadSha256 },
        ...{ priorModelVersion: null, heads: [], goldenRowsChecked: 1, afterEventSeq: 0 },
      });
    };
    const arm = async (release: SignedReleaseFiles, shipId = ROLLBACK): Promise<number> => {
      const { modelVersion, counter, payloadSha256 } = release;
      const tier = { brokerFolder: brokerFolder(), product: PRODUCT, nowMarketMs: MID_SESSION_MS };
      const toLoad = { shipId, modelVersion, counter, payloadSha256, ...names(modelVersion) };
      await armSwap(tier, { ...toLoad, notBeforeMarketMs: 0 });
      const text = readFileSync(path.join(brokerFolder(), 'armed', 'swap.json'), 'utf8');
      return (JSON.parse(text) as { notBeforeMarketMs: number }).notBeforeMarketMs;
    };
    const publish = async (order: DsseEnvelope) => {
      const back = await ask(order);
      await table.signer.answer({ do: 'publish', payloadSha256: back.payloadSha256 });
      return back;
    };
    const releaseKeys = () => readSigningKeys(path.join(table.home, 'signer', 'keys'), 'release');
    /** What somebody with the release key alone publishes as v3. */
    const forge = (rollbackOf: NonNullable<ReleasePredicate['rollbackOf']>, of = first, changes: object = {}) => {
      const payload = encodeStatement({
        ...predicateOf(of),
        ...{ shipId: ROLLBACK, modelVersion: 3, counter: 3, prevRelease: second.payloadSha256, rollbackOf, ...changes },
      });
      const { tarball, envelope } = names(3);
      const { moduleFolder } = table.places;
      writeFileSync(path.join(moduleFolder, tarball), readFileSync(of.tarballFile));
      const bytes = encodeEnvelope(signEnvelope(RELEASE_PAYLOAD_TYPE, payload, releaseKeys()));
      writeFileSync(path.join(moduleFolder, envelope), bytes);
      return { ...second, modelVersion: 3, counter: 3, payloadSha256: sha256(payload) };
    };
    const groundless = { type: 'ReleaseRefused', reason: 'rollback-grounds' };

    beforeEach(async () => {
      await accept(first);
      trade(first, 'ship/1~0a1b2c3d');
      await accept(second);
      trade(second, 'ship/2~0a1b2c3d');
    });

    it('gets a swap at once, with the operators’ order in the manifest', async () => {
      const back = await publish(signed());
      await accept(back);
      assert.equal(await arm(back), 0);
    });

    it('with the release key alone gets no rollback: not with his own order, nor with his own sighting', async () => {
      const { modelVersion, payloadSha256 } = first;
      const own = generateSigningKey();
      forge({ modelVersion, payloadSha256, order: signed({}, [own]) });
      await assert.rejects(accept({ modelVersion: 3 }), groundless);
      forge({ modelVersion, payloadSha256, order: signed({}, releaseKeys()) });
      await assert.rejects(accept({ modelVersion: 3 }), groundless);
      const sighting = table.sightingOf(second, 'ship/2~0a1b2c3d', { healthy: false }, [own]);
      forge({ modelVersion, payloadSha256, sighting });
      await assert.rejects(accept({ modelVersion: 3 }), groundless);
      const healthy = table.sightingOf(second, 'ship/2~0a1b2c3d', { healthy: true });
      forge({ modelVersion, payloadSha256, sighting: healthy });
      await assert.rejects(accept({ modelVersion: 3 }), groundless);
    });

    it('with the release key and no ground at all, waits for the open like anybody', async () => {
      const { modelVersion, payloadSha256 } = first;
      const forged = forge({ modelVersion, payloadSha256 });
      await accept(forged);
      assert.ok((await arm(forged)) > MID_SESSION_MS);
    });

    it('cannot put other bytes under an order', async () => {
      const { modelVersion, payloadSha256 } = first;
      forge({ modelVersion, payloadSha256, order: signed() }, second);
      await assert.rejects(accept({ modelVersion: 3 }), groundless);
    });

    it('cannot use an order again once it was carried out, nor a sighting', async () => {
      const order = signed();
      const back = await publish(order);
      await accept(back);
      trade(back, ROLLBACK);
      const third = { prevRelease: back.payloadSha256, modelVersion: 4, counter: 5 };
      const { modelVersion, payloadSha256 } = first;
      const sighting = table.sightingOf(second, 'ship/2~0a1b2c3d', { healthy: false });
      for (const grounds of [{ order }, { sighting }]) {
        forge({ modelVersion, payloadSha256, ...grounds });
        const payload = encodeStatement({
          ...predicateOf(first),
          ...{ shipId: ROLLBACK, ...third, rollbackOf: { modelVersion, payloadSha256, ...grounds } },
        });
        const { tarball, envelope } = names(4);
        writeFileSync(path.join(table.places.moduleFolder, tarball), readFileSync(first.tarballFile));
        const bytes = encodeEnvelope(signEnvelope(RELEASE_PAYLOAD_TYPE, payload, releaseKeys()));
        writeFileSync(path.join(table.places.moduleFolder, envelope), bytes);
        await assert.rejects(accept({ modelVersion: 4 }), groundless);
      }
    });

    it('cannot keep an order until later, at acceptance or at the switch', async () => {
      const back = await publish(signed());
      await assert.rejects(accept(back, Date.now() + STATEMENT_LIFETIME_MS), groundless);
      await accept(back);
      const { payloadSha256 } = back;
      const again = (nowMs: number) =>
        verifyStillGood({
          ...{ brokerFolder: brokerFolder(), envelope: names(3).envelope, nowMs, expected: { payloadSha256 } },
        });
      again(Date.now());
      assert.throws(() => again(Date.now() + STATEMENT_LIFETIME_MS), groundless);
    });

    it('cannot have an order of a revoked operator, or of one where two are asked for, accepted', async () => {
      const back = await publish(signed());
      const bob = operatorBob(table, 2);
      await table.signer.answer({ do: 'publish', payloadSha256: back.payloadSha256 });
      await assert.rejects(accept(back), groundless, 'one of two');
      const both = cosignEnvelope(signed(), bob);
      const again = await table.signer.answer({
        do: 'rollback-as-ordered',
        shipId: 'rollback/2~0a1b2c3d',
        order: both,
      });
      await table.signer.answer({ do: 'publish', payloadSha256: again!.payloadSha256 });
      await accept(again!);
      addOperator(keyPlaces(table.home), { name: 'eve', nextCounter: 1 });
      revokeOperator(keyPlaces(table.home), 'ann');
      await table.signer.answer({ do: 'publish', payloadSha256: again!.payloadSha256 });
      await assert.rejects(accept(again!), groundless, 'ann is none any more');
    });
  });
});

function operatorBob(table: SigningTable, threshold: number): SigningKey {
  const bob = generateSigningKey();
  const publicKey = { keyid: bob.keyid, spkiDer: bob.spkiDer, publicKey: undefined as never };
  addOperator(keyPlaces(table.home), { name: 'bob', publicKey, threshold, nextCounter: 1 });
  return bob;
}
