import { headSpec } from '../shared/model/heads/head.js';
import { HEAD_NAMES } from '../shared/model/heads/head-specs.js';
import { OnnxHead } from '../shared/model/heads/onnx-head.js';
import { ThresholdRows } from '../shared/model/heads/threshold-rows.js';
import { TreeHead } from '../shared/model/heads/tree-head.js';
import type { BenchResult } from './bench-result.js';
import { threeHeads } from './bridge/three-heads.js';

/** Rows of each head. Those of onnxruntime take most of the time, a quarter of a minute a million. */
const ROWS = 1_000_000;
const SEED = 20_190_829;

/** One row at a time, as live, through the trees and through onnxruntime in turns: times of both, and whether every bit is the same. */
export async function benchHeads(log: (line: string) => void): Promise<BenchResult[]> {
  const { files } = await threeHeads(log);
  const results: BenchResult[] = [];
  for (const name of HEAD_NAMES) {
    const spec = headSpec.parse(JSON.parse(String(files.get(`heads/${name}.json`))));
    results.push(...(await benchHead(name, files.get(`heads/${name}.onnx`)!, spec.features.length, spec.classes, log)));
  }
  return results;
}

async function benchHead(
  name: string,
  graph: Buffer,
  columns: number,
  classes: number,
  log: (line: string) => void,
): Promise<BenchResult[]> {
  const trees = TreeHead.of(graph, columns, classes);
  if (trees === null) throw new RangeError(`the graph of ${name} is not as our exporter writes it`);
  const model = await OnnxHead.load(graph, columns, classes);
  const rows = new ThresholdRows(trees.thresholds(), SEED);
  const [row, own] = [new Float32Array(columns), new Float32Array(classes)];
  const [ourUs, theirUs] = [new Float64Array(ROWS), new Float64Array(ROWS)];
  let differing = 0;
  for (let at = 0; at < ROWS; at++) {
    rows.next(row);
    const begun = performance.now();
    trees.run(row, own);
    const between = performance.now();
    const theirs = await model.run(row, 1);
    theirUs[at] = 1000 * (performance.now() - between);
    ourUs[at] = 1000 * (between - begun);
    if (!bitsOf(own).equals(bitsOf(theirs))) differing++;
  }
  await model.release();
  log(`${name}: ${differing} of ${ROWS} rows differ from onnxruntime in any bit`);
  const result = (job: string, quantile: number, aim: string): BenchResult => {
    const [ours, peer] = [quantileOf(ourUs, quantile), quantileOf(theirUs, quantile)];
    return {
      job: `${name}: one row, ${job}`,
      ours,
      peer,
      peerName: 'onnxruntime',
      unit: 'us',
      ratio: ours / peer,
      aim,
    };
  };
  return [result('p50', 0.5, '<= 5 us'), result('p99', 0.99, '<= 15 us')];
}

function bitsOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function quantileOf(values: Float64Array, quantile: number): number {
  return values.toSorted()[Math.floor(values.length * quantile)]!;
}
