import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assembleCandidate } from '../../research/training/assemble-candidate.js';
import { fitEnsemble } from '../../research/training/fit-ensemble.js';
import { splitHoldout } from '../../research/training/holdout.js';
import { trainHead } from '../../research/training/train-head.js';
import type { TrainedHead } from '../../research/training/trained-head.js';
import { loadTrainedHead, saveTrainedHead } from '../../research/training/trained-head-folder.js';
import { ensemble } from '../../shared/model/decision/ensemble.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import { library } from './library.js';
import { RECIPE, randomSamples } from './random-samples.js';

const POLICY: Parameters<typeof fitEnsemble>[1] = {
  entryEdgeTicks: 0.1,
  exitEdgeTicks: 0,
  feeTicks: 0.17,
  spreadShare: 1,
  maxSpreadTicks: 2,
  maxPositionContracts: 1,
};

describe('training a head', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-candidate-'));
  const samples = randomSamples(4000, 1, 11);
  let head: TrainedHead;
  before(async () => {
    head = await trainHead({ samples, recipe: RECIPE, library, synthetic: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('gives a graph, its proof and what it is worth out of sample', () => {
    const { record } = head;
    assert.equal(record.parity.marginsBitEqual, 3 * 4000);
    assert.ok(record.parity.rowsWithMissing > 0);
    assert.ok(record.holdout!.logLoss < record.holdout!.classPriorLogLoss);
    assert.ok(record.trainLogLoss < record.holdout!.classPriorLogLoss);
    assert.equal(record.importance[0]!.feature, samples.head.features[0]);
    assert.ok(Math.abs(record.importance.reduce((sum, { gainShare }) => sum + gainShare, 0) - 1) < 1e-9);
    assert.ok(record.importanceOverlap! > 0.5 && record.importanceOverlap! <= 1);
    assert.deepEqual(
      record.data.rowsPerClass.reduce((a, b) => a + b),
      4000,
    );
  });

  it('is repeated to the byte', async () => {
    const again = await trainHead({ samples, recipe: RECIPE, library, synthetic: true });
    assert.deepEqual(again.record, head.record);
    assert.ok(again.onnx.equals(head.onnx));
  });

  it('holds out rows whose labels begin after every training label has ended', () => {
    const { train, test, purgedRows } = splitHoldout(
      samples,
      Int32Array.from({ length: samples.rows }, (_, row) => row),
    )!;
    const lastTrainEndMs = Math.max(...train.map((row) => row).map((row) => samples.endMs[row]!));
    const firstTestStartMs = Math.min(...Array.from(test, (row) => samples.startMs[row]!));
    assert.ok(lastTrainEndMs < firstTestStartMs);
    assert.equal(train.length + test.length + purgedRows, samples.rows);
    assert.ok(purgedRows > 0);
  });

  it('gives a head that is no better than chance the least weight, and one with skill nearly all of it', async () => {
    const noise = await trainHead({ samples: randomSamples(3000, 0, 5), recipe: RECIPE, library, synthetic: true });
    const { weights } = fitEnsemble([noise.said], POLICY);
    assert.ok(weights.F2_dom! < 0.3, `${weights.F2_dom}`);
    const { weights: skilled } = fitEnsemble([head.said], POLICY);
    assert.ok(skilled.F2_dom > 0.5 && skilled.F2_dom <= 1);
  });

  it('survives a save and a load, and a damaged file is named', () => {
    const saved = path.join(folder, 'F2_dom');
    saveTrainedHead(saved, head);
    saveTrainedHead(saved, head);
    const loaded = loadTrainedHead(saved);
    assert.deepEqual(loaded.record, head.record);
    assert.ok(loaded.onnx.equals(head.onnx));
    assert.deepEqual(loaded.said, head.said);
    assert.ok(Buffer.from(loaded.booster.modelJson).equals(head.booster.modelJson));
    writeFileSync(path.join(saved, 'head.onnx'), 'x', { flag: 'a' });
    assert.throws(() => loadTrainedHead(saved), { type: 'BadInput', message: /head\.onnx.*has sha256/ });
    writeFileSync(path.join(saved, 'trained.json'), '{"v":2}');
    assert.throws(() => loadTrainedHead(saved), { type: 'FormatTooNew', message: /trained\.json is of version 2/ });
  });

  it('becomes a candidate folder that the bridge loads and whose golden rows hold', async () => {
    const candidate = path.join(folder, 'candidate');
    const { files } = assembleCandidate(candidate, [head], POLICY);
    const found = readdirSync(candidate, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.equal(found.length, files.length);
    const bytes = new Map(files.map((name) => [name, readFileSync(path.join(candidate, name))]));
    const loaded = await loadHeadSet(bytes);
    await loaded.checkGoldenRows();
    assert.deepEqual(ensemble.parse(JSON.parse(String(bytes.get('ensemble.json')))), loaded.ensemble);
    assert.deepEqual(
      readdirSync(folder).filter((name) => /\.(tmp|old)$/.test(name)),
      [],
    );
    await loaded.release();
  });

  it('is assembled to the same bytes, over whatever lay there', () => {
    const hashOf = (target: string) => {
      const { files } = assembleCandidate(target, [head], POLICY);
      const hash = createHash('sha256');
      for (const name of files) hash.update(name).update(readFileSync(path.join(target, name)));
      return hash.digest('hex');
    };
    assert.equal(hashOf(path.join(folder, 'candidate')), hashOf(path.join(folder, 'another')));
  });

  it('refuses to assemble a head of other features', () => {
    const stale = { ...head, record: { ...head.record, featureSchemaSha256: 'f'.repeat(64) } };
    assert.throws(() => assembleCandidate(path.join(folder, 'stale'), [stale], POLICY), { type: 'StaleHeads' });
  });
});
