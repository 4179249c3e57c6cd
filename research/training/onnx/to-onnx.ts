import { ONNX_INPUT, ONNX_OUTPUT } from '../../../shared/model/heads/onnx-head.js';
import { readTreeEnsemble, UnsupportedModel } from '../tree-ensemble.js';
import { attribute, encodeOnnx, FLOAT, type OnnxNode, rowsOf } from './onnx-schema.js';
import { treeNode } from './tree-node.js';

/** XGBoost's raw score, a second output: what parity compares bit for bit. */
export const ONNX_MARGIN = 'margin';

export interface OnnxOptions {
  readonly classes: 2 | 3;
  /** Feature columns of the head; the model must have been trained on as many. */
  readonly columns: number;
  /** Shown by any ONNX viewer: head, feature schema, library, whether the data was SYNTHETIC. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * ONNX graph of a booster: `features` float32 [N, columns], NaN where missing, to `probabilities` float32 [N, classes] in
 * the order down, (flat,) up, and to `margin`, XGBoost's raw score, [N, 1] for two classes, else [N, classes].
 * The same model and options give the same bytes.
 * @throws UnsupportedModel
 */
export function toOnnx(modelJson: Uint8Array, { classes, columns, metadata }: OnnxOptions): Buffer {
  const ensemble = readTreeEnsemble(modelJson);
  if (ensemble.classes !== classes) throw new UnsupportedModel(`it has ${ensemble.classes} classes, not ${classes}`);
  if (ensemble.columns !== columns) throw new UnsupportedModel(`it has ${ensemble.columns} columns, not ${columns}`);
  const margins = treeNode(ensemble, ONNX_INPUT, ONNX_MARGIN);
  return encodeOnnx({
    ir_version: 8,
    producer_name: 'believe',
    opset_import: [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: metadata.head ?? 'head',
      node: [margins, ...(classes === 2 ? logistic() : softmax())],
      initializer: classes === 2 ? [{ name: 'one', dims: [1], data_type: FLOAT, float_data: [1] }] : [],
      input: [rowsOf(ONNX_INPUT, columns)],
      output: [rowsOf(ONNX_OUTPUT, classes), rowsOf(ONNX_MARGIN, ensemble.baseMargins.length)],
    },
  });
}

function logistic(): OnnxNode[] {
  return [
    { op_type: 'Sigmoid', name: 'sigmoid', input: [ONNX_MARGIN], output: ['up'] },
    { op_type: 'Sub', name: 'complement', input: ['one', 'up'], output: ['down'] },
    {
      op_type: 'Concat',
      name: 'both',
      input: ['down', 'up'],
      output: [ONNX_OUTPUT],
      attribute: [attribute.int('axis', 1)],
    },
  ];
}

function softmax(): OnnxNode[] {
  return [
    {
      op_type: 'Softmax',
      name: 'softmax',
      input: [ONNX_MARGIN],
      output: [ONNX_OUTPUT],
      attribute: [attribute.int('axis', 1)],
    },
  ];
}
