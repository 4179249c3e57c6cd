import { InferenceSession, Tensor } from './onnx-runtime.js';

/** Names in every head's graph: float32 [rows, columns] in, float32 [rows, classes] out. */
export const ONNX_INPUT = 'features';
export const ONNX_OUTPUT = 'probabilities';

/** A head's graph in onnxruntime: CPU, one thread, so that its outputs do not depend on the machine's cores. */
export class OnnxHead {
  private constructor(
    private readonly session: InferenceSession,
    readonly columns: number,
    readonly classes: number,
  ) {}

  /** @throws Error of the runtime where the bytes are no graph, or its input or output has another name */
  static async load(bytes: Uint8Array, columns: number, classes: number): Promise<OnnxHead> {
    const session = await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
    });
    if (session.inputNames.join() !== ONNX_INPUT || !session.outputNames.includes(ONNX_OUTPUT))
      throw new Error(
        `the graph maps ${session.inputNames.join()} to ${session.outputNames.join()}, not ${ONNX_INPUT} to ${ONNX_OUTPUT}`,
      );
    const head = new OnnxHead(session, columns, classes);
    // A wrong shape shows in the first run only.
    await head.run(new Float32Array(columns), 1);
    return head;
  }

  /**
   * Probabilities of row-major rows, rows x classes. The row may be changed once the promise is settled.
   * @throws RangeError for rows of another length
   */
  async run(features: Float32Array, rows: number): Promise<Float32Array> {
    if (features.length !== rows * this.columns)
      throw new RangeError(`${features.length} values are not ${rows} rows of ${this.columns} features`);
    const input = new Tensor('float32', features, [rows, this.columns]);
    const outputs = await this.session.run({ [ONNX_INPUT]: input }, [ONNX_OUTPUT]);
    const output = outputs[ONNX_OUTPUT]!;
    const probabilities = output.data;
    if (!(probabilities instanceof Float32Array) || probabilities.length !== rows * this.classes)
      throw new RangeError(
        `the graph's output is ${output.type} [${output.dims.join()}], not float32 [${rows},${this.classes}]`,
      );
    return probabilities;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
