import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { decodeFloat32, encodeFloat32, goldenRows } from '../../shared/model/heads/golden-rows.js';
import { type HeadSpec, headSpec } from '../../shared/model/heads/head.js';
import { GoldenRowMismatch, HeadSetRefused } from '../../shared/model/heads/head-failures.js';
import { HEAD_NAMES, HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import { samplingOf } from '../../shared/model/heads/sampling.js';
import { FOURTH as FOURTH_HEAD } from './fourth-head.js';
import { releaseFiles, THREE_SPECS, treesOf } from './release-files.js';
import { tinyOnnx } from './tiny-onnx.js';

const FOURTH: HeadSpec = FOURTH_HEAD.spec;

async function changed(change: (files: Map<string, Buffer>) => void): Promise<Map<string, Buffer>> {
  const files = await releaseFiles();
  change(files);
  return files;
}

function editGolden(files: Map<string, Buffer>, edit: (golden: ReturnType<typeof goldenRows.parse>) => void): void {
  const golden = goldenRows.parse(JSON.parse(files.get('golden.json')!.toString()));
  edit(golden);
  files.set('golden.json', Buffer.from(JSON.stringify(golden)));
}

describe('a set of heads', () => {
  it('loads from the files of a release, and gives the golden rows as signed', async () => {
    const files = await releaseFiles();
    const set = await loadHeadSet(files);
    assert.deepEqual(
      set.heads.map(({ spec }) => spec),
      THREE_SPECS,
    );
    assert.equal(await set.checkGoldenRows(), 15);
    const { onnxSha256 } = set.head('F2_dom')!;
    assert.equal(onnxSha256, createHash('sha256').update(files.get('heads/F2_dom.onnx')!).digest('hex'));
    const probabilities = await set.run('XGB_5m', new Float32Array(HEAD_SPECS.XGB_5m.features.length).fill(1));
    assert.equal(probabilities.length, 2);
    assert.ok(Math.abs(probabilities[0]! + probabilities[1]! - 1) < 1e-6);
    await set.release();
  });

  it('runs trees at once, and by the runtime what it does not know', async () => {
    const [spec, ...others] = THREE_SPECS;
    const files = await releaseFiles(THREE_SPECS, (one) =>
      one === spec ? treesOf(one) : tinyOnnx(one.features.length, one.classes),
    );
    const set = await loadHeadSet(files);
    assert.deepEqual(set.runsBy, {
      [spec!.name]: 'trees',
      ...Object.fromEntries(others.map(({ name }) => [name, 'onnxruntime'])),
    });
    const { model, trees } = set.heads[0]!;
    const row = new Float32Array(spec!.features.length).fill(0.1);
    const probabilities = new Float32Array(spec!.classes);
    trees!.run(row, probabilities);
    assert.deepEqual(probabilities, await model.run(row, 1));
    await set.release();
  });

  it('names the head and the row whose probabilities are not those that were signed', async () => {
    const files = await changed((all) =>
      editGolden(all, ({ heads }) => {
        const outputs = decodeFloat32(heads.Tick_ML!.outputs, 15)!;
        outputs[3 * 3 + 1]! += 2e-6;
        heads.Tick_ML!.outputs = encodeFloat32(outputs);
      }),
    );
    const set = await loadHeadSet(files);
    await assert.rejects(set.checkGoldenRows(), (error) => {
      assert.ok(error instanceof GoldenRowMismatch);
      assert.match(error.message, /head Tick_ML, golden row 3/);
      return true;
    });
    await set.release();
  });

  it('is refused where a file is missing, damaged, or does not fit the others, and says which', async () => {
    const cases: [(files: Map<string, Buffer>) => void, RegExp][] = [
      [
        (files) => files.set('feature-schema.json', Buffer.from('{}\n')),
        /feature-schema\.json: .*trained on feature schema/,
      ],
      [(files) => files.delete('feature-schema.json'), /feature-schema\.json: is missing/],
      [(files) => files.delete('heads/F2_dom.onnx'), /heads\/F2_dom\.onnx: is missing/],
      [(files) => files.set('heads/F2_dom.onnx', Buffer.from('no graph')), /heads\/F2_dom\.onnx: /],
      [
        (files) => files.set('heads/F2_dom.onnx', tinyOnnx(HEAD_SPECS.F2_dom.features.length, 3, 'x')),
        /maps x to probabilities/,
      ],
      [(files) => files.set('heads/F2_dom.onnx', tinyOnnx(5, 3)), /heads\/F2_dom\.onnx: /],
      [
        (files) => files.set('heads/F2_dom.onnx', tinyOnnx(HEAD_SPECS.F2_dom.features.length, 2)),
        /not float32 \[1,3\]/,
      ],
      [(files) => files.set('heads/F2_dom.json', files.get('heads/Tick_ML.json')!), /describes head Tick_ML/],
      [(files) => files.set('heads/F2_dom.json', Buffer.from('{')), /heads\/F2_dom\.json: is not JSON/],
      [
        (files) =>
          files.set('heads/F2_dom.json', Buffer.from(JSON.stringify({ ...HEAD_SPECS.F2_dom, features: ['luck'] }))),
        /there is no feature "luck"/,
      ],
      [(files) => files.set('ensemble.json', Buffer.from('{"v":1}')), /ensemble\.json: weights/],
      [(files) => files.set('golden.json', Buffer.from('{"v":2,"heads":{}}')), /golden\.json: v/],
      [(files) => THREE_SPECS.forEach(({ name }) => void files.delete(`heads/${name}.json`)), /holds no head/],
    ];
    for (const [change, expected] of cases)
      await assert.rejects(loadHeadSet(await changed(change)), (error) => {
        assert.ok(error instanceof HeadSetRefused, String(error));
        assert.match(error.message, expected);
        return true;
      });
  });

  it('is that of its release: its names, in the order of its weights, whatever heads this code trains', async () => {
    const specs = [FOURTH, HEAD_SPECS.Tick_ML, HEAD_SPECS.F2_dom];
    const set = await loadHeadSet(await releaseFiles(specs));
    assert.deepEqual(
      set.heads.map(({ spec }) => spec),
      specs,
    );
    assert.equal(await set.checkGoldenRows(), 15);
    await set.release();
  });

  it('is refused by name where files, weights, mean moves and golden rows are not about the same heads', async () => {
    const ensembleOf = (files: Map<string, Buffer>) => JSON.parse(files.get('ensemble.json')!.toString());
    const reweigh = (field: 'weights' | 'meanAbsMoveTicks', heads: object) => (files: Map<string, Buffer>) => {
      const all = ensembleOf(files);
      files.set('ensemble.json', Buffer.from(JSON.stringify({ ...all, [field]: { ...all[field], ...heads } })));
    };
    const both = (heads: object) => (files: Map<string, Buffer>) => {
      reweigh('weights', heads)(files);
      reweigh('meanAbsMoveTicks', heads)(files);
    };
    const cases: [(files: Map<string, Buffer>) => void, RegExp][] = [
      [both({ Late_1h: 0 }), /ensemble\.json: weighs head Late_1h, and the release has no heads\/Late_1h\.json/],
      [both({ Bars_30m: undefined }), /ensemble\.json: gives head Bars_30m no weight, .* heads\/Bars_30m\.(json|onnx)/],
      [
        reweigh('weights', { Bars_30m: undefined }),
        /weights\.Bars_30m: is missing: head Bars_30m is named in meanAbsMoveTicks/,
      ],
      [
        reweigh('meanAbsMoveTicks', { XGB_5m: undefined }),
        /meanAbsMoveTicks\.XGB_5m: is missing: .* is named in weights/,
      ],
      [both({ constructor: 0 }), /weights\.constructor: /],
      [both({ '../x': 0 }), /weights/],
      [(files) => files.delete('heads/Bars_30m.json'), /weighs head Bars_30m, and the release has no/],
      [(files) => files.delete('heads/Bars_30m.onnx'), /heads\/Bars_30m\.onnx: is missing/],
      [(files) => files.set('heads/Late_1h.onnx', tinyOnnx(1, 2)), /gives head Late_1h no weight/],
      [(files) => files.set('heads/readme.txt', Buffer.from('x')), /heads\/readme\.txt: is no file of a head/],
      [
        (files) => editGolden(files, ({ heads }) => delete heads.Bars_30m),
        /golden\.json: holds no rows of head Bars_30m/,
      ],
      [
        (files) => editGolden(files, ({ heads }) => Object.assign(heads, { Late_1h: heads.F2_dom })),
        /golden\.json: holds rows of Late_1h, which is no head/,
      ],
    ];
    for (const [change, expected] of cases) {
      const files = await releaseFiles([...THREE_SPECS, FOURTH]);
      change(files);
      await assert.rejects(loadHeadSet(files), (error) => {
        assert.ok(error instanceof HeadSetRefused, String(error));
        assert.match(error.message, expected);
        return true;
      });
    }
  });

  it('knows when the heads of old releases are sampled, and has every other head say it', async () => {
    assert.deepEqual(
      THREE_SPECS.map((spec) => samplingOf(headSpec.parse(spec))),
      ['second', 'bar', 'second'],
    );
    for (const spec of THREE_SPECS)
      assert.ok(!('sampling' in spec), `the bytes of ${spec.name} are those of old releases`);
    for (const name of HEAD_NAMES) samplingOf(headSpec.parse(HEAD_SPECS[name]));
    const { sampling: _said, ...silent } = FOURTH;
    await assert.rejects(loadHeadSet(await releaseFiles([silent])), /heads\/Bars_30m\.json: sampling: is missing/);
    const mixed = { ...FOURTH, features: ['bar_range', 'spread'] };
    await assert.rejects(loadHeadSet(await releaseFiles([mixed])), /Bars_30m\.json: sampled by bar, but spread is no/);
  });

  it('is refused with golden rows of another shape', async () => {
    const cut = await loadHeadSet(
      await changed((files) => editGolden(files, ({ heads }) => Object.assign(heads.F2_dom!, { rows: 6 }))),
    );
    await assert.rejects(cut.checkGoldenRows(), /golden\.json: the rows of head F2_dom do not have the head's shape/);
  });
});
