import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { CL_BARS, NQ_BARS } from '../market/sample-file.js';

const HEADER = 'ts_open_utc,open,high,low,close,volume';

describe('the reader of bars', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-bars-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function read(text: string) {
    const file = path.join(folder, 'bars.csv');
    writeFileSync(file, text);
    return readBarsFile(file);
  }

  it('finds the 57,897 bars of the NQ file and the 98,513 of the CL file', async () => {
    assert.equal((await readBarsFile(NQ_BARS)).bars.length, 57_897);
    const cl = await readBarsFile(CL_BARS);
    assert.equal(cl.bars.length, 98_513);
    assert.equal(cl.missingVolumes, cl.bars.filter(({ volume }) => Number.isNaN(volume)).length);
  });

  it('says that a file is SYNTHETIC, and counts missing volumes', async () => {
    const file = await read(
      `# SYNTHETIC seed 7\n${HEADER}\n2024-12-03T00:00:00Z,1,2,0.5,1,\n2024-12-03 00:05:00,1,1,1,1,7\n`,
    );
    assert.equal(file.synthetic, true);
    assert.equal(file.missingVolumes, 1);
    assert.deepEqual(file.bars[1], {
      openMs: Date.UTC(2024, 11, 3, 0, 5),
      open: 1,
      high: 1,
      low: 1,
      close: 1,
      volume: 7,
    });
  });

  it('names the line of a bar that is cut, disordered, unaligned or impossible', async () => {
    const good = '2024-12-03T00:05:00Z,1,2,0.5,1,3\n';
    const cases: [string, RegExp][] = [
      ['2024-12-03T00:10:00Z,1,2', /line 3\): has 3 fields/],
      ['2024-12-03T00:05:00Z,1,2,0.5,1,3', /line 3\): is not later/],
      ['2024-12-03T00:11:00Z,1,2,0.5,1,3', /line 3\): .* not aligned/],
      ['2024-12-03T00:10:00Z,1,2,1.5,1,3', /line 3\): high and low/],
      ['2024-12-03T00:10:00Z,1,2,,1,3', /line 3\): "" is no price/],
      ['2024-12-03T00:10:00Z,1,2,0.5,1,x', /line 3\): "x" is no volume/],
      ['yesterday,1,2,0.5,1,3', /line 3\): "yesterday" is no UTC time/],
    ];
    for (const [line, expected] of cases) await assert.rejects(read(`${HEADER}\n${good}${line}\n`), expected);
    await assert.rejects(read('time,o,h,l,c\n'), /line 1\): the columns are "time,o,h,l,c"/);
    await assert.rejects(read(''), /holds no bars/);
  });
});
