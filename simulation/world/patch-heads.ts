import { ONNX_INPUT, ONNX_OUTPUT } from '../../shared/model/heads/onnx-head.js';
import { InferenceSession } from '../../shared/model/heads/onnx-runtime.js';
import { activeWorld } from './world.js';

interface Feeds {
  readonly [ONNX_INPUT]: { readonly data: Float32Array; readonly dims: readonly number[] };
}

/**
 * Heads whose graph is no ONNX but a matrix of weights, as JSON: the probabilities are the softmax of the weighted
 * features. The runtime's own threads would bring their own time into the world; it is tested elsewhere.
 */
export function patchHeads(): void {
  const create = InferenceSession.create as (...args: unknown[]) => Promise<unknown>;
  Object.assign(InferenceSession, {
    create: async (...args: unknown[]) => {
      if (!activeWorld()) return create.apply(InferenceSession, args);
      const weights = JSON.parse(Buffer.from(args[0] as Uint8Array).toString()) as number[][];
      return {
        inputNames: [ONNX_INPUT],
        outputNames: [ONNX_OUTPUT],
        run: async (feeds: Feeds) => ({ [ONNX_OUTPUT]: runHead(weights, feeds[ONNX_INPUT]) }),
        release: async () => {},
      };
    },
  });
}

function runHead(weights: readonly (readonly number[])[], { data, dims }: Feeds[typeof ONNX_INPUT]) {
  const [rows = 1, columns = 1] = dims;
  const classes = weights[0]!.length;
  const out = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const scores = Array.from({ length: classes }, (_, c) =>
      weights.reduce((sum, line, i) => sum + line[c]! * data[row * columns + i]!, 0),
    );
    const highest = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - highest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (const [c, power] of powers.entries()) out[row * classes + c] = power / total;
  }
  return { data: out, type: 'float32', dims: [rows, classes] };
}
