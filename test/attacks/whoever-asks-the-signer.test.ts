import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeGateReport, judgeGate } from '../../research/gate/index.js';
import { releaseLedger } from '../../research/release/build-release.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { addOperator, revokeOperator } from '../../research/release/operators.js';
import { gateThresholds } from '../../shared/config/gate-thresholds.js';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';
import { cosignDecision } from '../../shared/trust/decision.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { releaseStatement } from '../../shared/trust/statement.js';
import { temporaryFolder } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';
import { cardOf, cargoOf, SigningTable } from './signing-table.js';

/** The attacker may say anything to the signer and put anything into its inbox; he has no key. */
describe('whoever asks the signer', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let passed: Cargo;
  let held: Cargo;
  before(async () => {
    [passed, held] = await Promise.all([cargoOf('ship/1~0a1b2c3d'), cargoOf('ship/held', { edge: false })]);
    assert.deepEqual([passed.report.verdict.verdict, held.report.verdict.verdict], ['pass', 'hold']);
  });
  const open = () => new SigningTable(path.join(folder(), 'home'));
  const refusedAs = (fault: string) => (error: unknown) => (error as { fault?: string }).fault === fault;
  const numbersOf = ({ places }: SigningTable) => releaseLedger(places.releasesFolder).list();

  it('gets a ship signed that the gate passed, with every fact from the ship’s own records', async () => {
    const table = open();
    const release = await table.sign(passed);
    const { payload } = JSON.parse(readFileSync(release.envelopeFile, 'utf8')) as { payload: string };
    const { predicate } = releaseStatement.parse(JSON.parse(Buffer.from(payload, 'base64').toString()));
    assert.deepEqual(
      [predicate.shipId, predicate.gateVerdict, predicate.decision, predicate.codeCommit],
      ['ship/1~0a1b2c3d', 'pass', undefined, 'c0ffee'],
    );
    assert.deepEqual(await table.sign(passed), release, 'asked again: the same');
  });

  it('cannot have a held ship signed, nor burn a counter by trying', async () => {
    const table = open();
    await assert.rejects(table.sign(held), refusedAs('unsigned'));
    assert.deepEqual(numbersOf(table), []);
  });

  it('cannot turn the verdict of a report into a pass', async () => {
    const report = { ...held.report, verdict: { verdict: 'pass' as const, outcome: 'pass' as const, reasons: [] } };
    const forged = { ...held, report, card: cardOf(held.shipId, held.files, report) };
    await assert.rejects(open().sign(forged), refusedAs('verdict'));
  });

  it('cannot loosen the thresholds that a report was judged by', async () => {
    const { evidence } = held.report;
    const loose = gateThresholds.parse({
      ...held.report.thresholds,
      ...{ deflatedSharpeMin: 0, calibrationErrorMax: 1, pboMax: 1, skillMax: 1, tradesMin: 1 },
    });
    const wouldPass = evidence.heads.map((head) => ({
      ...head,
      pooled: { ...head.pooled!, classPriorLogLoss: 9 },
    }));
    const candidate = { ...evidence.portfolio!.candidate, netTicksInterval: { estimate: 1, low: 1, high: 1 } };
    const softened = { ...evidence, heads: wouldPass, portfolio: { ...evidence.portfolio!, candidate } };
    const verdict = judgeGate(softened, loose);
    assert.equal(verdict.verdict, 'pass');
    const report = { ...held.report, verdict, evidence: softened, thresholds: loose };
    const forged = { ...held, report, card: cardOf(held.shipId, held.files, report) };
    await assert.rejects(open().sign(forged), refusedAs('verdict'));
  });

  it('cannot take the report of a ship that passed for one that did not', async () => {
    const { report } = passed;
    await assert.rejects(open().sign({ ...held, report }), refusedAs('other-ship'));
    await assert.rejects(open().sign({ ...passed, files: held.files }), refusedAs('other-candidate'));
  });

  it('cannot change a head after the gate', async () => {
    const files = new Map(passed.files).set('heads/F2_dom.onnx', Buffer.from('another graph'));
    await assert.rejects(open().sign({ ...passed, files }), refusedAs('other-candidate'));
  });

  it('cannot leave out the folds, or the heads, that speak against a candidate', async () => {
    const { evidence } = passed.report;
    const fewerHeads = { ...evidence, heads: evidence.heads.slice(1) };
    const [first, ...others] = evidence.heads;
    const fewerFolds = { ...evidence, heads: [{ ...first!, folds: first!.folds.slice(1) }, ...others] };
    for (const chosen of [fewerHeads, fewerFolds]) {
      const report = { ...passed.report, evidence: chosen };
      await assert.rejects(open().sign({ ...passed, report }), refusedAs('missing-folds'));
    }
  });

  it('cannot bring a head into a release that no gate has judged, nor have a release of fewer heads', async () => {
    const smuggled = await cargoOf('ship/5~0a1b2c3d', { ungated: ['Bars_30m'] });
    await assert.rejects(open().sign(smuggled), refusedAs('other-heads'));
    const fewer = await cargoOf('ship/6~0a1b2c3d', { heads: HEAD_NAMES.slice(1) });
    await assert.rejects(open().sign(fewer), refusedAs('other-heads'));
  });

  it('gets a ship of one more head signed by the signer that knows of it, and by no other', async () => {
    const heads = [...HEAD_NAMES, 'Bars_30m'];
    const four = await cargoOf('ship/4~0a1b2c3d', { heads });
    assert.equal(four.report.verdict.verdict, 'pass');
    await assert.rejects(open().sign(four), refusedAs('other-heads'));
    const table = new SigningTable(path.join(folder(), 'other-home'), undefined, heads);
    assert.equal((await table.sign(four)).modelVersion, 1);
    await assert.rejects(table.sign(passed), refusedAs('other-heads'));
  });

  it('cannot have a candidate compared with nothing, or with a release that no longer trades', async () => {
    const table = open();
    await table.bringLive(passed);
    const asFirst = await cargoOf('ship/2~0a1b2c3d');
    await assert.rejects(table.sign(asFirst), refusedAs('other-prior'));
    const report = { ...asFirst.report, evidence: { ...asFirst.report.evidence, priorRelease: 'believe-v7' } };
    await assert.rejects(table.sign({ ...asFirst, report }), refusedAs('other-prior'));
  });

  it('cannot show people a card that tells of another report', async () => {
    const card = { ...held.card, gate: passed.report };
    const table = open();
    await assert.rejects(table.sign({ ...held, card }, table.approvalOf(held)), refusedAs('card'));
  });

  it('cannot hide a second meaning in a report', async () => {
    const table = open();
    const dossier = table.dossierOf(passed);
    const spaced = Buffer.concat([Buffer.from(' '), encodeGateReport(passed.report).bytes]);
    const gateReportSha256 = table.places.inbox.put(spaced);
    const sign = table.signer.answer({ do: 'sign', dossier: { ...dossier, gateReportSha256 } });
    await assert.rejects(sign, refusedAs('malformed'));
  });

  describe('with an approval', () => {
    it('by an operator that the root lists, gets a held ship signed, and the manifest carries it', async () => {
      const table = open();
      const approval = table.approvalOf(held);
      const release = await table.sign(held, approval);
      const { payload } = JSON.parse(readFileSync(release.envelopeFile, 'utf8')) as { payload: string };
      const { predicate } = releaseStatement.parse(JSON.parse(Buffer.from(payload, 'base64').toString()));
      assert.deepEqual([predicate.gateVerdict, predicate.decision], ['hold', approval]);
    });

    it('by a key that the root does not list, gets nothing', async () => {
      const table = open();
      await assert.rejects(table.sign(held, table.approvalOf(held, [generateSigningKey()])), refusedAs('signature'));
      await assert.rejects(table.sign(held, table.approvalOf(held, table.keys('broker'))), refusedAs('signature'));
    });

    it('of another ship, candidate or report, gets nothing', async () => {
      const table = open();
      const otherShip = table.approvalOf({ ...held, shipId: 'ship/other~0a1b2c3d' });
      const otherBytes = table.approvalOf({ ...held, files: passed.files });
      const otherReport = table.approvalOf({ ...held, report: passed.report });
      for (const approval of [otherShip, otherBytes, otherReport]) {
        await assert.rejects(table.sign(held, approval), refusedAs('other-subject'));
      }
    });

    it('whose words were changed, or put into another mouth, gets nothing', async () => {
      const table = open();
      const approval = table.approvalOf(held);
      for (const change of [{ reason: 'the board agreed' }, { by: 'bob' }]) {
        await assert.rejects(table.sign(held, { ...approval, ...change }), refusedAs('words'));
      }
    });

    it('of an operator who was revoked, gets nothing', async () => {
      const table = open();
      const approval = table.approvalOf(held);
      const places = keyPlaces(table.home);
      addOperator(places, { name: 'bob', nextCounter: 1 });
      revokeOperator(places, 'ann');
      await assert.rejects(table.sign(held, approval), refusedAs('signature'));
    });

    it('of one operator gets nothing where the root asks for two, and the same key twice is one', async () => {
      const table = open();
      const bob = generateSigningKey();
      addOperator(keyPlaces(table.home), { name: 'bob', publicKey: asVerifying(bob), threshold: 2, nextCounter: 1 });
      const [ann] = table.keys('operator');
      const approval = table.approvalOf(held);
      await assert.rejects(table.sign(held, approval), refusedAs('signature'));
      await assert.rejects(table.sign(held, cosignDecision(approval, ann!)), refusedAs('signature'));
      assert.ok(await table.sign(held, cosignDecision(approval, bob)));
    });
  });

  describe('about what happens later', () => {
    it('cannot record as live what the broker has not seen swapped', async () => {
      const table = open();
      const release = await table.sign(passed);
      await table.signer.answer({ do: 'publish', payloadSha256: release.payloadSha256 });
      const own = table.sightingOf(release, passed.shipId, {}, [generateSigningKey()]);
      await assert.rejects(table.signer.answer({ do: 'live', sighting: own }), { type: 'SightingRefused' });
      assert.equal(numbersOf(table)[0]!.state, 'published');
    });

    it('cannot have a healthy release rolled back, nor one that the broker has not watched', async () => {
      const table = open();
      await table.bringLive(passed);
      const second = await cargoOf('ship/2~0a1b2c3d', { priorRelease: 'believe-v1' });
      const release = await table.publish(second);
      for (const healthy of [true, null]) {
        const sighting = table.sightingOf(release, second.shipId, { healthy });
        await assert.rejects(table.signer.answer({ do: 'rollback', sighting }), { type: 'SignerRefused' });
      }
      assert.equal(numbersOf(table).length, 2);
    });

    it('cannot have a release rolled back later, whose ship saw it go live', async () => {
      const table = open();
      await table.bringLive(passed);
      const second = await cargoOf('ship/2~0a1b2c3d', { priorRelease: 'believe-v1' });
      const release = await table.bringLive(second);
      const sighting = table.sightingOf(release, second.shipId, { healthy: false, faults: ['trading is halted'] });
      await assert.rejects(table.signer.answer({ do: 'rollback', sighting }), /was watched and went live/);
    });

    it('gets one rollback for one sighting, whatever is replayed, and none once a later release is signed', async () => {
      const table = open();
      await table.bringLive(passed);
      const second = await cargoOf('ship/2~0a1b2c3d', { priorRelease: 'believe-v1' });
      const faulty = await table.publish(second);
      const sighting = table.sightingOf(faulty, second.shipId, { healthy: false, faults: ['3 decision errors'] });
      const back = await table.signer.answer({ do: 'rollback', sighting });
      assert.equal(back!.modelVersion, 3);
      assert.deepEqual(await table.signer.answer({ do: 'rollback', sighting }), back);
      const { payloadSha256 } = back!;
      await table.signer.answer({ do: 'publish', payloadSha256 });
      await table.signer.answer({ do: 'live', sighting: table.sightingOf(back!, second.shipId) });
      await table.sign(await cargoOf('ship/4~0a1b2c3d', { priorRelease: 'believe-v3' }));
      await assert.rejects(table.signer.answer({ do: 'rollback', sighting }), { type: 'SignerRefused' });
    });

    it('cannot publish what was revoked', async () => {
      const table = open();
      const release = await table.sign(passed);
      await table.signer.answer({ do: 'revoke', shipId: passed.shipId, reason: 'aborted' });
      const publish = table.signer.answer({ do: 'publish', payloadSha256: release.payloadSha256 });
      await assert.rejects(publish, /given up and revoked/);
    });

    it('cannot revoke what trades', async () => {
      const table = open();
      const { payloadSha256 } = await table.bringLive(passed);
      await table.signer.answer({ do: 'revoke', shipId: passed.shipId, reason: 'I say so' });
      await table.signer.answer({ do: 'publish', payloadSha256 });
      assert.equal(existsSync(path.join(table.places.moduleFolder, 'revocations.dsse.json')), false);
    });
  });

  describe('through the inbox', () => {
    it('cannot have a path, a link, a pipe or other bytes read', async () => {
      const table = open();
      const dossier = table.dossierOf(passed);
      const file = path.join(table.home, 'signer', 'inbox', dossier.gateReportSha256);
      const sign = () => table.signer.answer({ do: 'sign', dossier });
      writeFileSync(file, 'other bytes');
      await assert.rejects(sign(), /other bytes than its name says/);
      rmSync(file);
      await assert.rejects(sign(), /is not there/);
      const outside = path.join(table.home, 'outside');
      writeFileSync(outside, 'not of the inbox');
      symlinkSync(outside, file);
      await assert.rejects(sign(), /is not there, or no plain file/);
      rmSync(file);
      execFileSync('mkfifo', [file]);
      await assert.rejects(sign(), /is no plain file/);
    });
  });
});

function asVerifying(key: ReturnType<typeof generateSigningKey>) {
  return { keyid: key.keyid, spkiDer: key.spkiDer, publicKey: undefined as never };
}
