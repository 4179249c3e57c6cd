import type { FeaturePlan } from '../../market/features/feature-plan.js';
import type { Ensemble } from '../decision/ensemble.js';
import type { GoldenRows } from './golden-rows.js';
import { decodeFloat32, GOLDEN_TOLERANCE } from './golden-rows.js';
import type { HeadName, HeadSpec } from './head.js';
import { GoldenRowMismatch, HeadSetRefused } from './head-failures.js';
import type { OnnxHead } from './onnx-head.js';
import type { TreeHead } from './tree-head.js';

/** One head of a loaded release. */
export interface LoadedHead {
  readonly spec: HeadSpec;
  readonly plan: FeaturePlan;
  readonly onnxSha256: string;
  readonly model: OnnxHead;
  /** Gives what the model gives, to the bit, but at once; null where that is not proven, and the model is run. */
  readonly trees: TreeHead | null;
}

/** The heads of one release and how their outputs become a decision. Built by `loadHeadSet`. */
export class HeadSet {
  constructor(
    /** In the release's own order. */
    readonly heads: readonly LoadedHead[],
    readonly ensemble: Ensemble,
    /** Of exactly these heads. */
    private readonly golden: GoldenRows,
  ) {}

  head(name: HeadName): LoadedHead | undefined {
    return this.heads.find(({ spec }) => spec.name === name);
  }

  /** By name, what runs each head: our own walk of its trees, or the runtime. */
  get runsBy(): Readonly<Record<HeadName, 'trees' | 'onnxruntime'>> {
    return Object.fromEntries(this.heads.map(({ spec, trees }) => [spec.name, trees ? 'trees' : 'onnxruntime']));
  }

  /** Probabilities of one row: [down, up] or [down, flat, up]. @throws RangeError for a row of another length */
  run(name: HeadName, row: Float32Array): Promise<Float32Array> {
    const head = this.head(name);
    if (!head) throw new RangeError(`no head ${name} is loaded`);
    return head.model.run(row, 1);
  }

  /**
   * Runs every head on the rows that training signed.
   * @returns how many rows were checked
   * @throws GoldenRowMismatch naming head and row; HeadSetRefused where its golden rows have another shape
   */
  async checkGoldenRows(): Promise<number> {
    let checked = 0;
    for (const { spec, model } of this.heads) {
      const { rows, columns, classes, ...values } = this.golden.heads[spec.name]!;
      const inputs = decodeFloat32(values.inputs, rows * columns);
      const outputs = decodeFloat32(values.outputs, rows * classes);
      if (columns !== spec.features.length || classes !== spec.classes || !inputs || !outputs)
        throw new HeadSetRefused('golden.json', `the rows of head ${spec.name} do not have the head's shape`);
      // Row by row, as live: a batch may take another path through the runtime.
      for (let row = 0; row < rows; row++) {
        const expected = outputs.subarray(row * classes, (row + 1) * classes);
        const actual = await model.run(inputs.subarray(row * columns, (row + 1) * columns), 1);
        const isSame = expected.every((value, i) => Math.abs(value - actual[i]!) <= GOLDEN_TOLERANCE);
        if (!isSame) throw new GoldenRowMismatch(spec.name, row, [...expected], [...actual]);
      }
      checked += rows;
    }
    return checked;
  }

  /** Frees the runtime's memory. Await outstanding runs first. */
  async release(): Promise<void> {
    for (const { model } of this.heads) await model.release();
  }
}
