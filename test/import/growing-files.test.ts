import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';

describe('files that grow while they are imported', () => {
  const rig = new StoreRig();

  for (const [file, headerBytes, recordBytes, dataset] of [
    [REAL_FILES.scid, 56, 40, 'ticks'],
    [REAL_FILES.sierraDepth, 64, 24, 'mbp10'],
  ] as const)
    it(`give the same rows in pieces as at once, and are read to their last whole record: ${path.extname(file)}`, async () => {
      const bytes = readFileSync(file).subarray(0, headerBytes + recordBytes * 1500);
      const whole = path.join(rig.folder, 'ES-whole');
      writeFileSync(whole, bytes);
      const reference = rig.storeNamed('reference');
      const { record } = await rig.import(whole, { hints: { instrument: 'ES' } }, reference);
      const expected = await rig.rows({ dataset }, '*', reference);
      let run = 0;
      const cuts = fc.array(fc.integer({ min: headerBytes + recordBytes, max: bytes.length }), {
        minLength: 1,
        maxLength: 4,
      });
      const property = fc.asyncProperty(cuts, async (ends) => {
        const growing = path.join(rig.folder, `ES-${run}`);
        const store = rig.storeNamed(`store-${run++}`);
        writeFileSync(growing, '');
        let written = 0;
        let records = 0;
        for (const end of [...ends.sort((a, b) => a - b), bytes.length]) {
          appendFileSync(growing, bytes.subarray(written, end));
          written = end;
          const imported = await rig.import(growing, { hints: { instrument: 'ES' } }, store);
          if (imported.isNew) records += imported.record.read.records ?? 0;
          const wholeRecords = Math.floor((end - headerBytes) / recordBytes);
          assert.equal(imported.record.source.toByte, headerBytes + wholeRecords * recordBytes);
        }
        assert.equal(records, record.read.records);
        assert.deepEqual(await rig.rows({ dataset }, '*', store), expected);
      });
      await fc.assert(property, { numRuns: 8 });
    });

  it('go on from where they ended under another name, too, and change nothing when nothing was added', async () => {
    const first = path.join(rig.folder, 'ESH23-a.scid');
    const second = path.join(rig.folder, 'ESH23-b.scid');
    copyFileSync(REAL_FILES.scid, first);
    copyFileSync(REAL_FILES.scid, second);
    assert.equal((await rig.import(first)).isNew, true);
    assert.equal((await rig.import(second)).isNew, false);
    appendFileSync(second, readFileSync(REAL_FILES.scid).subarray(56, 96));
    const { record } = await rig.import(second);
    assert.deepEqual([record.read.records, record.source.fromByte], [1, 456]);
  });

  it('are refused where what was imported has been changed', async () => {
    const file = path.join(rig.folder, 'ESH23.scid');
    const bytes = Buffer.from(readFileSync(REAL_FILES.scid));
    writeFileSync(file, bytes);
    await rig.import(file);
    bytes[200]! ^= 1;
    writeFileSync(file, bytes);
    await assert.rejects(rig.import(file), /bytes 0 to 456.* are not what they were/);
  });
});
