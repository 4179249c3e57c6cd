import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Measured } from '../../research/evidence/measurement.js';
import { measuringKey, measuringKeysFolder } from '../../research/evidence/measuring-keys.js';
import { releaseLedger } from '../../research/release/build-release.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { initKeys, USUAL_CEREMONY } from '../../research/release/keys.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { sha256, temporaryFolder } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';
import { measuredOf, signedBy } from './measured-cargo.js';
import { cargoOf, SigningTable } from './signing-table.js';

/** He writes any file of a ship's folder and answers for any step; the measuring key he has not. */
describe('results of a worker without the measuring key', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let cargo: Cargo;
  let other: Cargo;
  before(async () => {
    [cargo, other] = await Promise.all([cargoOf('ship/1~0a1b2c3d'), cargoOf('ship/2~0a1b2c3d')]);
  });
  const open = () => new SigningTable(path.join(folder(), 'home'));
  const unmeasured = (why: RegExp) => (error: Error & { fault?: string }) => {
    assert.match(error.message, why);
    return error.fault === 'unmeasured';
  };
  /** What was measured, some of it changed, all signed by the right key. */
  const tell = (table: SigningTable, change: (measured: Measured[]) => readonly Measured[]) => {
    table.measure = (ship) => signedBy(measuringKey(table.home), change(measuredOf(ship)));
    return table.sign(cargo);
  };

  it('are signed by nobody that the signer knows: no release, and no counter is burnt', async () => {
    const table = open();
    table.measure = (ship) => signedBy(generateSigningKey(), measuredOf(ship));
    await assert.rejects(table.sign(cargo), unmeasured(/no process that the signer knows has signed this report/));
    table.measure = () => [];
    await assert.rejects(table.sign(cargo), unmeasured(/no process that the signer knows/));
    assert.deepEqual(releaseLedger(table.places.releasesFolder).list(), []);
  });

  it('are not signed either where operators let the ship go', async () => {
    const table = open();
    const held = await cargoOf('ship/3~0a1b2c3d', { edge: false });
    table.measure = () => [];
    await assert.rejects(table.sign(held, table.approvalOf(held)), unmeasured(/no process/));
  });

  for (const what of ['samples', 'head', 'candidate', 'fold', 'day', 'gate'] as const) {
    it(`cannot take the place of a ${what}: one that is missing, or by his own key, is found`, async () => {
      const missing = open();
      await assert.rejects(
        tell(missing, (measured) =>
          measured.toSpliced(
            measured.findIndex((one) => one.what === what),
            1,
          ),
        ),
        unmeasured(/no process that the signer knows has signed/),
      );
      const table = open();
      const own = generateSigningKey();
      table.measure = (ship) =>
        measuredOf(ship).flatMap((one) => signedBy(one.what === what ? own : measuringKey(table.home), [one]));
      await assert.rejects(table.sign(cargo), unmeasured(/no process that the signer knows has signed/));
    });
  }

  it('cannot be replayed from another ship, nor from another comparison', async () => {
    const table = open();
    table.measure = () => signedBy(measuringKey(table.home), measuredOf(other));
    await assert.rejects(table.sign(cargo), unmeasured(/has signed this report/));
    const asOther = (measured: Measured[]) =>
      measured.map((one) => (one.what === 'fold' ? { ...one, priorRelease: 'believe-v7' } : one));
    await assert.rejects(tell(open(), asOther), unmeasured(/has signed fold 1/));
  });

  it('cannot hide that folds, heads or samples are of other bytes, or of another recipe', async () => {
    const changed =
      <W extends Measured['what']>(what: W, change: object) =>
      (measured: Measured[]) =>
        measured.map((one) => (one.what === what ? ({ ...one, ...change } as Measured) : one));
    const foreign = sha256('other bytes');
    await assert.rejects(tell(open(), changed('fold', { scoreSha256: foreign })), unmeasured(/fold 1/));
    await assert.rejects(tell(open(), changed('fold', { samplesSha256: foreign })), unmeasured(/fold 1/));
    await assert.rejects(tell(open(), changed('fold', { recipeSha256: foreign })), unmeasured(/fold 1/));
    await assert.rejects(tell(open(), changed('head', { onnxSha256: foreign })), unmeasured(/the training of/));
    await assert.rejects(tell(open(), changed('head', { recipeSha256: foreign })), unmeasured(/the training of/));
    await assert.rejects(tell(open(), changed('samples', { samplesSha256: foreign })), unmeasured(/the samples of/));
    await assert.rejects(
      tell(open(), changed('samples', { trainingSetMerkleRoot: foreign })),
      unmeasured(/the samples of/),
    );
    await assert.rejects(tell(open(), changed('candidate', { heads: [] })), unmeasured(/with another head/));
    await assert.rejects(tell(open(), changed('gate', { folds: [] })), unmeasured(/reckoned without fold 1/));
    await assert.rejects(tell(open(), changed('day', { daySha256: foreign })), unmeasured(/the trades of/));
    await assert.rejects(tell(open(), changed('day', { candidateSha256: foreign })), unmeasured(/the trades of/));
    const madeByOthers = { models: [{ head: 'F2_dom', fold: 0, modelsSha256: foreign }] };
    await assert.rejects(tell(open(), changed('day', madeByOthers)), unmeasured(/the models of F2_dom that made/));
    // A date that speaks against the candidate cannot be left out of what was reckoned.
    const withoutFirst = (measured: Measured[]) =>
      measured.map((one) => (one.what === 'gate' ? { ...one, days: one.days.slice(1) } : one));
    await assert.rejects(tell(open(), withoutFirst), unmeasured(/from other trade dates/));
  });

  it('from a ship that was gated before results were signed are refused, with the next step', async () => {
    const table = open();
    const { measurementsSha256: _, ...dossier } = table.dossierOf(cargo);
    await assert.rejects(table.signer.answer({ do: 'sign', dossier }), (error: Error & { fix?: string }) => {
      assert.match(error.fix ?? '', /start a new ship/);
      return unmeasured(/carries no signed measurements/)(error);
    });
  });

  it('leave those of the right worker as they were; a key made anew by the ceremony counts as well', async () => {
    const table = open();
    assert.ok(await table.sign(cargo));
    rmSync(measuringKeysFolder(table.home), { recursive: true });
    initKeys(keyPlaces(table.home), { ...USUAL_CEREMONY, operatorName: 'ann', nowMs: Date.now() });
    assert.ok(await table.sign(other));
  });
});
