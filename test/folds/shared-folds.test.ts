import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { barsMarket, researchHome } from '../../bench/folds/research-home.js';
import { s3At } from '../../bench/shared-store/s3-server.js';
import { type Measured, measurementIn, signMeasurement } from '../../research/evidence/measurement.js';
import { measurers, measurersFolder, measuringKey } from '../../research/evidence/measuring-keys.js';
import { FoldExchange } from '../../research/folds/fold-exchange.js';
import type { Failure } from '../../shared/failure.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import { S3Rig } from '../store/shared/s3-rig.js';
import { CODE, call, foldHost, PlannedShip, SHIP } from './planned-ship.js';

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const failure = await work.then(
    () => assert.fail('it was taken'),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof ApplicationFailure, String(failure));
  return failure;
}

describe('folds of a ship that research hosts share through a bucket', function () {
  this.timeout(120_000);
  const rig = new S3Rig();
  let main: string;
  let other: string;
  let ship: PlannedShip;
  let market: ReturnType<typeof barsMarket>;
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-folds-'));
    market = barsMarket(folder);
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    main = researchHome(rig.home('main'));
    other = researchHome(rig.home('other'), main);
    researchHome(main, other);
  });
  const plan = async () => {
    ship = await PlannedShip.on(main, s3At(rig.endpoint), await market);
  };
  const host = (code = CODE, onOtherCode = (_: Failure): void => {}) =>
    foldHost(other, s3At(rig.endpoint), code, onOtherCode);
  const take = (made: Awaited<ReturnType<ReturnType<typeof host>['fitFold']>>) => {
    const { plan, samples } = ship;
    return call(ship.steps.takeFold, { shipId: SHIP, plan, head: samples.head, fold: 0, made });
  };
  const filesOfFold = () => {
    const folder = ship.folder.file('folds');
    return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name))]));
  };
  const measured = (): DsseEnvelope => {
    const name = readdirSync(ship.folder.file('evidence')).find((one) => one.startsWith('fold-'))!;
    return JSON.parse(readFileSync(ship.folder.file('evidence', name), 'utf8'));
  };

  it('are, scored elsewhere, byte for byte what the host of the ship scores, and signed by who scored them', async () => {
    await plan();
    const { plan: gate, samples } = ship;
    assert.ok(gate.folds.length > 1 && gate.folds.some(({ isOffered }) => isOffered));
    const alone = await call(ship.steps.scoreFold, { shipId: SHIP, plan: gate, samples, fold: 0 });
    const [ours, said] = [filesOfFold(), measurementIn(measured(), measurers(measurersFolder(main)))];
    assert.equal(Object.keys(ours).length, 2);
    rmSync(ship.folder.file('folds'), { recursive: true });
    const made = await call(host().fitFold, ship.ask());
    assert.deepEqual(await take(made), alone);
    assert.deepEqual(filesOfFold(), ours);
    assert.equal(measurementIn(measured(), measurers(measurersFolder(main))), null);
    assert.deepEqual(measurementIn(measured(), measurers(measurersFolder(other))), said);
    // Again, as after a kill whose answer was lost: the same objects.
    const again = await call(host().fitFold, ship.ask());
    assert.deepEqual(again, made);
    await take(again);
    assert.deepEqual(filesOfFold(), ours);
  });

  it('are not taken from a host that is not known, that signed another fold, or whose files are not those that it signed', async () => {
    await plan();
    const made = await call(host().fitFold, ship.ask());
    const stranger = researchHome(rig.home('stranger'), main);
    const strange = await call(foldHost(stranger, s3At(rig.endpoint)).fitFold, ship.ask());
    const ofAnother = await call(host().fitFold, ship.ask(1));
    // Properly signed, by a host that is known: the score of fold 2 as that of fold 1.
    const { kind, version, ...told } = measurementIn(made.measured, measurers(measurersFolder(other)))!;
    const files = { score: ofAnother.score, models: ofAnother.models };
    const hashes = { scoreSha256: files.score.sha256, modelsSha256: files.models.sha256 };
    const otherRows = signMeasurement({ ...told, ...hashes } as Measured, measuringKey(other));
    const cases: [typeof made, RegExp][] = [
      [{ ...files, measured: otherRows }, /its files are of other rows/],
      [strange, /no host whose key is in research\/fold-peers has signed it/],
      [ofAnother, /what was signed is another fold/],
      [{ ...made, score: made.models }, /what was signed is another fold/],
      [{ ...made, score: { ...made.score, bytes: made.score.bytes + 1 } }, /has \d+ bytes, and \d+ are meant/],
    ];
    for (const [one, why] of cases) {
      const { type, message, nonRetryable } = await failureOf(take(one));
      assert.deepEqual([type, nonRetryable], ['FoldRefused', true]);
      assert.match(message, why);
    }
    const file = rig.server.file(`folds/objects/sha256/${made.models.sha256.slice(0, 2)}/${made.models.sha256}.fold`);
    writeFileSync(file, readFileSync(file).fill(7, 0, 40));
    assert.match((await failureOf(take(made))).message, /has other bytes than it is named by/);
    assert.deepEqual(readdirSync(ship.folder.path).includes('folds'), false);
  });

  it('are scored by no host with other code, nor for somebody whose offers it does not know, and neither ends the ship', async () => {
    await plan();
    const told: string[] = [];
    const upgraded = host({ ...CODE, codeCommit: 'decade' }, (refused) => told.push(refused.message));
    const { type, message, nonRetryable } = await failureOf(call(upgraded.fitFold, ship.ask()));
    assert.deepEqual([type, nonRetryable], ['OtherCode', false]);
    assert.match(message, /commit decade instead of c0ffee/);
    assert.equal(told.length, 1);
    const lonely = foldHost(researchHome(rig.home('lonely')), s3At(rig.endpoint));
    const unknown = await failureOf(call(lonely.fitFold, ship.ask()));
    assert.deepEqual([unknown.type, unknown.nonRetryable], ['FoldRefused', false]);
    const elsewhere = await failureOf(call(host().fitFold, { ...ship.ask(), shipId: 'ship/another~0123abcd' }));
    assert.equal(elsewhere.type, 'WrongAsk');
  });

  it('wait while the bucket is away, and go on when it is back', async () => {
    await plan();
    await rig.server.stop();
    const { type, message, nonRetryable } = await failureOf(call(host().fitFold, ship.ask()));
    assert.deepEqual([type, nonRetryable], ['BucketAway', false]);
    assert.match(message, /does not answer as it should/);
    await rig.server.run();
    await take(await call(host().fitFold, ship.ask()));
  });

  it('leave no more copies on a machine than its bound, but for those of today', async () => {
    const config = { home: other, store: { s3: s3At(rig.endpoint) } };
    const exchange = await FoldExchange.open(config, 20);
    const [old, young] = [await exchange.send('of a ship of yesterday'), await exchange.send('of a ship of today')];
    const copy = await exchange.fetch(old);
    const before = new Date(Date.now() - 7 * 3_600_000);
    utimesSync(copy, before, before);
    assert.equal(await exchange.trim(), old.bytes);
    assert.equal(existsSync(copy), false);
    assert.ok(existsSync(await exchange.fetch(young)));
    assert.equal((await exchange.read(old)).toString(), 'of a ship of yesterday');
  });

  it('leave nothing in the bucket that nobody has sent for two weeks', async () => {
    const exchange = await FoldExchange.open({ home: main, store: { s3: s3At(rig.endpoint) } });
    const file = ({ sha256 }: { sha256: string }) =>
      rig.server.file(`folds/objects/sha256/${sha256.slice(0, 2)}/${sha256}.fold`);
    const [old, young] = [await exchange.send('of a ship long over'), await exchange.send('of a ship of today')];
    const before = new Date(Date.now() - 15 * 86_400_000);
    utimesSync(file(old), before, before);
    assert.equal(await exchange.removeOld(), 1);
    assert.throws(() => readFileSync(file(old)), { code: 'ENOENT' });
    assert.equal(readFileSync(file(young), 'utf8'), 'of a ship of today');
  });
});
