import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { armSwap } from '../../activities/broker/swap-handover.js';
import { acceptRelease } from '../../broker/accept-release.js';
import { loadRelease } from '../../broker/load-release.js';
import type { SignedReleaseFiles } from '../../research/release/sign-release.js';
import { nextRthOpen } from '../../shared/market/calendar/cme-calendar.js';
import { PRODUCT, temporaryFolder } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';
import { cargoOf, SigningTable } from './signing-table.js';

const MID_SESSION_MS = Date.parse('2025-06-03T17:00:00Z');
const NEXT_OPEN_MS = nextRthOpen(MID_SESSION_MS).rthOpenMs;
const DAY_MS = 86_400_000;

describe('whoever asks the broker to arm', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let cargo: Cargo;
  let table: SigningTable;
  let release: SignedReleaseFiles;
  before(async () => {
    cargo = await cargoOf('ship/1~0a1b2c3d');
  });
  beforeEach(async () => {
    table = new SigningTable(path.join(folder(), 'home'));
    release = await table.bringLive(cargo);
  });

  const brokerFolder = () => path.join(table.home, 'broker');
  const named = ({ modelVersion, counter, payloadSha256 }: SignedReleaseFiles) => ({
    ...{ shipId: 'ship/1~0a1b2c3d', modelVersion, counter, payloadSha256 },
    ...{ tarball: `believe-v${modelVersion}.tar.gz`, envelope: `believe-v${modelVersion}.dsse.json` },
  });
  const accept = (one = release) =>
    acceptRelease({
      ...{ brokerFolder: brokerFolder(), incomingFolder: table.places.moduleFolder, nowMs: Date.now() },
      ...{ tarball: named(one).tarball, envelope: named(one).envelope },
    });
  const arm = async (notBeforeMarketMs: number, changes: object = {}, one = release): Promise<number> => {
    const tier = { brokerFolder: brokerFolder(), product: PRODUCT, nowMarketMs: MID_SESSION_MS };
    await armSwap(tier, { ...named(one), notBeforeMarketMs, ...changes });
    const text = readFileSync(path.join(brokerFolder(), 'armed', 'swap.json'), 'utf8');
    return (JSON.parse(text) as { notBeforeMarketMs: number }).notBeforeMarketMs;
  };

  it('in mid-session, for now or for a time that is no open, gets the next RTH open', async () => {
    await accept();
    for (const asked of [0, MID_SESSION_MS - DAY_MS, MID_SESSION_MS, MID_SESSION_MS + 1, NEXT_OPEN_MS]) {
      assert.equal(await arm(asked), NEXT_OPEN_MS, String(asked));
    }
  });

  it('can delay a swap, to an open', async () => {
    await accept();
    const later = nextRthOpen(NEXT_OPEN_MS + 1).rthOpenMs;
    assert.equal(await arm(NEXT_OPEN_MS + 1), later);
    assert.equal(await arm(later), later);
  });

  it('gets a swap at once for a signed rollback, and not by calling another release one', async () => {
    await accept();
    const second = await cargoOf('ship/2~0a1b2c3d', { priorRelease: 'believe-v1' });
    const faulty = await table.publish(second);
    const sighting = table.sightingOf(faulty, 'ship/2~0a1b2c3d', { healthy: false });
    const back = (await table.signer.answer({ do: 'rollback', sighting }))!;
    await table.signer.answer({ do: 'publish', payloadSha256: back.payloadSha256 });
    await accept(faulty);
    await accept(back);
    const ofShip = { shipId: 'ship/2~0a1b2c3d' };
    assert.equal(await arm(0, ofShip, back), 0);
    const rollbackOf = { modelVersion: 1, payloadSha256: release.payloadSha256 };
    await assert.rejects(arm(0, { ...ofShip, rollbackOf }, faulty), /rollback/, 'older than what is pinned');
  });

  it('for bytes that are not there, are another’s, or were changed, arms nothing', async () => {
    await assert.rejects(arm(0), { type: 'DeliveryMissing' });
    await accept();
    await assert.rejects(arm(0, { shipId: 'ship/2~0a1b2c3d' }), { reason: 'not-the-expected-release' });
    await assert.rejects(arm(0, { payloadSha256: '5'.repeat(64) }), { reason: 'not-the-expected-release' });
    const tarball = path.join(brokerFolder(), 'releases', 'believe-v1.tar.gz');
    writeFileSync(tarball, Buffer.concat([readFileSync(tarball), Buffer.from('x')]));
    await assert.rejects(arm(0), { reason: 'archive-size' });
    assert.equal(existsSync(path.join(brokerFolder(), 'armed', 'swap.json')), false);
  });
});

describe('a release that was signed and given up', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  it('is neither accepted, nor armed, nor loaded, whatever list is delivered later', async () => {
    const table = new SigningTable(path.join(folder(), 'home'));
    const { moduleFolder } = table.places;
    const brokerFolder = path.join(table.home, 'broker');
    const cargo = await cargoOf('ship/1~0a1b2c3d');
    const { modelVersion, counter, payloadSha256 } = await table.sign(cargo);
    await table.signer.answer({ do: 'publish', payloadSha256 });
    const files = { tarball: 'believe-v1.tar.gz', envelope: 'believe-v1.dsse.json' };
    const accept = () => acceptRelease({ ...files, brokerFolder, incomingFolder: moduleFolder, nowMs: Date.now() });
    await accept();
    await table.signer.answer({ do: 'revoke', shipId: 'ship/1~0a1b2c3d', reason: 'aborted' });
    await assert.rejects(accept(), { reason: 'revoked' });
    writeFileSync(path.join(moduleFolder, 'revocations.dsse.json'), '{}');
    await assert.rejects(accept(), { reason: 'revoked' });
    const expected = { shipId: 'ship/1~0a1b2c3d', modelVersion, counter, payloadSha256 };
    await assert.rejects(loadRelease({ ...files, brokerFolder, nowMs: Date.now(), expected }), { reason: 'revoked' });
    const tier = { brokerFolder, product: PRODUCT, nowMarketMs: MID_SESSION_MS };
    await assert.rejects(armSwap(tier, { ...expected, ...files, notBeforeMarketMs: 0 }), { reason: 'revoked' });
  });
});
