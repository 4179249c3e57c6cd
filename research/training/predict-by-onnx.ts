import type { HeadForecast } from '../../shared/model/decision/ensemble.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { OnnxHead } from '../../shared/model/heads/onnx-head.js';
import { calibratedProbabilities } from './calibrate-head.js';

/** Rows of one run. */
const ROWS_AT_ONCE = 4096;

/**
 * Class probabilities of rows of the samples by a head's graph, row-major rows x classes: what the files say that would trade.
 * @param forecast the calibration that was released with it; none in releases of earlier code
 */
export async function predictByOnnx(
  onnx: Uint8Array,
  forecast: HeadForecast | undefined,
  { head, features, columns }: HeadSamples,
): Promise<(rows: Int32Array) => Promise<Float32Array>> {
  const model = await OnnxHead.load(onnx, columns, head.classes);
  return async (rows) => {
    const all = new Float32Array(rows.length * head.classes);
    for (let first = 0; first < rows.length; first += ROWS_AT_ONCE) {
      const some = rows.subarray(first, first + ROWS_AT_ONCE);
      const input = new Float32Array(some.length * columns);
      for (const [at, row] of some.entries())
        input.set(features.subarray(row * columns, (row + 1) * columns), at * columns);
      all.set(await model.run(input, some.length), first * head.classes);
    }
    return forecast ? calibratedProbabilities(all, forecast) : all;
  };
}
