import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { boosterParameters } from '../research/training/booster-parameters.js';
import { toOnnx } from '../research/training/onnx/to-onnx.js';
import { trainBooster } from '../research/training/train-booster.js';
import { obtainLibxgboost } from '../setup/libxgboost.js';
import { pythonWith } from '../setup/python-environment.js';
import type { HeadRecipe } from '../shared/model/heads/head.js';
import { OnnxHead } from '../shared/model/heads/onnx-head.js';
import { seededRandom } from '../shared/random.js';
import type { BenchResult } from './bench-result.js';

const run = promisify(execFile);
const PEER = fileURLToPath(new URL('../../bench/peers/xgboost_peer.py', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('../../bench/peers/xgboost_peer.requirements.txt', import.meta.url));

const [ROWS, COLUMNS, THREADS, REPEATS, ROWS_TIMED] = [200_000, 40, 2, 5, 20_000];
const RECIPE: HeadRecipe = {
  ...{ rounds: 100, maxDepth: 6, eta: 0.1, minChildWeight: 20, subsample: 0.8, colsampleByTree: 0.8 },
  ...{ lambda: 5, seed: 1 },
};

/** The same rows, library, parameters and threads, in turns; the median of the ratios counts. */
export async function benchTrain(log: (line: string) => void): Promise<BenchResult[]> {
  const [library, python] = [await obtainLibxgboost({ progress: log }), await pythonWith(REQUIREMENTS)];
  const work = mkdtempSync(path.join(tmpdir(), 'believe-train-'));
  const place = (name: string) => path.join(work, name);
  const peer = async (...words: string[]) =>
    JSON.parse((await run(python, [PEER, ...words])).stdout) as Readonly<Record<string, number>>;
  try {
    const { features, label } = generated();
    writeFileSync(place('features'), features);
    writeFileSync(place('label'), label);
    const parameters = JSON.stringify(boosterParameters(RECIPE, 2, THREADS));
    const size = [String(ROWS), String(COLUMNS)];
    const ratios: { readonly wall: number; readonly cpu: number }[] = [];
    let [gapMs, wallS, peerWallS] = [0, 0, 0];
    let model = new Uint8Array();
    for (let turn = 0; turn < REPEATS; turn++) {
      const theirs = await peer(
        'train',
        place('features'),
        place('label'),
        ...size,
        parameters,
        '100',
        place('model.json'),
      );
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const [begun, cpuBegun] = [performance.now(), process.cpuUsage()];
      const job = { library, features, rows: ROWS, columns: COLUMNS, label, classes: 2 as const, recipe: RECIPE };
      model = (await trainBooster({ ...job, threads: THREADS })).modelJson as Uint8Array<ArrayBuffer>;
      wallS = (performance.now() - begun) / 1000;
      const { user, system } = process.cpuUsage(cpuBegun);
      delay.disable();
      gapMs = Math.max(gapMs, delay.max / 1e6);
      peerWallS = theirs.wall!;
      ratios.push({ wall: wallS / peerWallS, cpu: (user + system) / 1e6 / theirs.cpu! });
      log(`turn ${turn + 1}/${REPEATS}: ${wallS.toFixed(2)} s here, ${peerWallS.toFixed(2)} s in Python`);
    }
    const isSame = Buffer.from(model).equals(readFileSync(place('model.json')));
    log(
      `the models of both are ${isSame ? 'the same bytes' : 'NOT the same bytes'}; longest event-loop gap ${gapMs.toFixed(0)} ms`,
    );
    const rowResults = await benchRow(model, features, place, peer);
    const fit = `fit ${ROWS / 1000}k x ${COLUMNS}, ${RECIPE.rounds} rounds, ${THREADS} threads`;
    return [
      ratioResult(`${fit}: wall`, wallS, peerWallS, median(ratios.map(({ wall }) => wall)), '<= 1.05'),
      ratioResult(`${fit}: processor time`, wallS, peerWallS, median(ratios.map(({ cpu }) => cpu)), '<= 1.05'),
      { ...ratioResult('same model bytes (1 = yes)', Number(isSame), 1, Number(isSame), '1'), unit: '' },
      ...rowResults,
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

type Peer = (...words: string[]) => Promise<Readonly<Record<string, number>>>;

/** One row at a time, as live: the graph here and in Python, and the booster itself in Python. */
async function benchRow(model: Uint8Array, features: Float32Array, place: (name: string) => string, peer: Peer) {
  const graph = toOnnx(model, { classes: 2, columns: COLUMNS, metadata: {} });
  writeFileSync(place('graph.onnx'), graph);
  writeFileSync(place('rows'), features.subarray(0, ROWS_TIMED * COLUMNS));
  const head = await OnnxHead.load(graph, COLUMNS, 2);
  const times: number[] = [];
  for (let row = 0; row < ROWS_TIMED; row++) {
    const one = features.slice(row * COLUMNS, (row + 1) * COLUMNS);
    const begun = process.hrtime.bigint();
    await head.run(one, 1);
    times.push(Number(process.hrtime.bigint() - begun) / 1000);
  }
  await head.release();
  const timed = [String(ROWS_TIMED), String(COLUMNS)];
  const onnx = await peer('row', place('graph.onnx'), place('rows'), ...timed);
  const native = await peer('predict', place('model.json'), place('rows'), ...timed);
  const ours = median(times);
  const result = (peerName: string, theirs: number): BenchResult => ({
    job: 'one row through the graph, p50',
    ...{ ours, peer: theirs, peerName, unit: 'us', ratio: ours / theirs, aim: '<= 1' },
  });
  return [result('onnxruntime in Python', onnx.p50!), result('xgboost in Python', native.p50!)];
}

function generated() {
  const random = seededRandom(7);
  const features = new Float32Array(new SharedArrayBuffer(4 * ROWS * COLUMNS));
  const label = new Uint8Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    let sum = 0;
    for (let column = 0; column < COLUMNS; column++) {
      const value = random() - 0.5;
      features[row * COLUMNS + column] = value;
      if (column < 5) sum += value;
    }
    label[row] = random() < 1 / (1 + Math.exp(-2 * sum)) ? 1 : 0;
  }
  return { features, label };
}

function ratioResult(job: string, ours: number, peer: number, ratio: number, aim: string): BenchResult {
  return { job, ours, peer, peerName: 'xgboost in Python', unit: 's', ratio, aim };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
