import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SampleColumns } from '../../research/samples/sample-columns.js';
import { loadSamples, saveSamples } from '../../research/samples/sample-file.js';
import { HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { randomOf } from '../market/random-market.js';

function randomSamples(rows: number) {
  const random = randomOf(rows);
  const columns = new SampleColumns(HEAD_SPECS.Tick_ML);
  const row = new Float32Array(HEAD_SPECS.Tick_ML.features.length);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < row.length; c++) row[c] = random() < 0.01 ? Number.NaN : random() - 0.5;
    const startMs = 1_567_098_590_000 + 1000 * i;
    columns.push(row, {
      startMs,
      endMs: startMs + 30_000,
      tradeDate: 20190829,
      moveTicks: Math.round(6 * random() - 3) / 2,
      costTicks: 1.4,
    });
  }
  return columns.finish();
}

describe('a sample file', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-sample-file-'));
    file = path.join(folder, 'Tick_ML.samples');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('gives back every bit of what was saved, in shared memory, and nothing else stays in the folder', () => {
    for (const rows of [0, 1, 2500]) {
      const samples = randomSamples(rows);
      const { sha256, bytes } = saveSamples(file, samples);
      const content = readFileSync(file);
      assert.equal(bytes, content.length);
      assert.equal(sha256, createHash('sha256').update(content).digest('hex'));
      const loaded = loadSamples(file, sha256);
      assert.deepEqual(loaded, samples);
      assert.ok(loaded.features.buffer instanceof SharedArrayBuffer);
      assert.deepEqual(readdirSync(folder), ['Tick_ML.samples']);
    }
  });

  it('has the same bytes for the same samples', () => {
    assert.equal(saveSamples(file, randomSamples(99)).sha256, saveSamples(file, randomSamples(99)).sha256);
  });

  it('is refused where it is cut, changed, missing or something else, and says which', () => {
    const { sha256 } = saveSamples(file, randomSamples(50));
    const content = readFileSync(file);
    const other = path.join(folder, 'other.samples');
    const refuses = (bytes: Buffer, expected: RegExp, hash?: string) => {
      writeFileSync(other, bytes);
      assert.throws(() => loadSamples(other, hash), expected);
    };
    refuses(content.subarray(0, content.length - 1), /other\.samples: holds \d+ bytes instead of/);
    refuses(Buffer.concat([content, Buffer.alloc(8)]), /instead of/);
    const flipped = Buffer.from(content);
    flipped[content.length - 20]! ^= 1;
    refuses(flipped, /is not the file that is meant/, sha256);
    refuses(Buffer.from('PK'), /is no sample file/);
    refuses(Buffer.alloc(0), /is no sample file/);
    refuses(Buffer.from('believe samples 1\n{"rows":-1}\n'), /line 2\): is no header/);
    assert.throws(() => loadSamples(path.join(folder, 'none')), /none: cannot be opened/);
  });
});
