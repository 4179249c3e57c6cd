import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attribute, encodeOnnx, type OnnxNode, rowsOf } from '../../research/training/onnx/onnx-schema.js';
import { toOnnx } from '../../research/training/onnx/to-onnx.js';
import { treeNode } from '../../research/training/onnx/tree-node.js';
import { ONNX_BYTES_MAX, requireKnownGraph } from '../../shared/model/heads/require-known-graph.js';
import { loopingGraph } from '../attacks/looping-graph.js';
import { STUMP } from '../training/stump.js';

function exported(classes: 2 | 3): Buffer {
  const groups = classes === 2 ? 1 : 3;
  const model = {
    learner: {
      learner_model_param: {
        ...{ base_score: '[5E-1]', num_class: classes === 2 ? '0' : '3', num_feature: '2', num_target: '1' },
      },
      objective: { name: classes === 2 ? 'binary:logistic' : 'multi:softprob' },
      gradient_booster: {
        name: 'gbtree',
        model: { trees: Array(groups).fill(STUMP), tree_info: [...Array(groups).keys()] },
      },
    },
    version: [3, 2, 0],
  };
  return toOnnx(Buffer.from(JSON.stringify(model)), { classes, columns: 2, metadata: { head: 'F2_dom' } });
}

/** A graph of one tree whose children are these. */
function graphOf(children: readonly (readonly [number, number] | null)[], change: Partial<OnnxNode> = {}): Buffer {
  const count = children.length;
  const node = treeNode(
    {
      ...{ columns: 2, classes: 2, baseMargins: Float32Array.of(0) },
      ...{ roots: Int32Array.of(0), groupOfTree: Int32Array.of(0) },
      left: Int32Array.from(children, (pair) => pair?.[0] ?? -1),
      right: Int32Array.from(children, (pair) => pair?.[1] ?? -1),
      ...{ feature: new Int32Array(count), value: new Float32Array(count) },
      ...{ defaultLeft: new Uint8Array(count), gain: new Float32Array(count) },
    },
    'features',
    'probabilities',
  );
  return encodeOnnx({
    ...{ ir_version: 8, producer_name: 'test', opset_import: [], metadata_props: [] },
    graph: {
      ...{ name: 'g', node: [{ ...node, ...change }], initializer: [] },
      ...{ input: [rowsOf('features', 2)], output: [rowsOf('probabilities', 1)] },
    },
  });
}

const refused = (bytes: Buffer, why: RegExp) =>
  assert.throws(() => requireKnownGraph('heads/F2_dom.onnx', bytes), { type: 'HeadSetRefused', message: why });

describe('looking into a graph before it runs', () => {
  it('takes what the exporter writes, of two classes and of three', () => {
    for (const classes of [2, 3] as const) requireKnownGraph('heads/F2_dom.onnx', exported(classes));
  });

  it('refuses operators that the exporter does not write, by name', () => {
    refused(loopingGraph(), /operator "ReduceSum"/);
    for (const op_type of ['Loop', 'Scan', 'If', 'MatMul', 'TreeEnsembleRegressor'])
      refused(graphOf([null], { op_type, domain: '' }), new RegExp(`operator "${op_type}"`));
  });

  it('refuses an attribute that holds a graph, whatever the operator', () => {
    const graph = graphOf([null], { op_type: 'Softmax', domain: '', attribute: [attribute.int('axis', 1)] });
    requireKnownGraph('heads/F2_dom.onnx', graph);
    const at = graph.indexOf('axis') + 4;
    // Field 3, the number 1, becomes field 6, an empty graph.
    assert.deepEqual([...graph.subarray(at, at + 2)], [0x18, 1]);
    graph.set([0x32, 0], at);
    refused(graph, /attribute has a field 6/);
  });

  it('takes every tree, and refuses each that comes back to itself or leads out', () => {
    requireKnownGraph('heads/F2_dom.onnx', graphOf([[1, 2], null, [3, 4], null, null]));
    refused(graphOf([[1, 2], [0, 3], null, null]), /leads back to node 0/);
    refused(graphOf([[1, 2], [3, 2], null, [1, 4], null]), /leads back/);
    refused(graphOf([[1, 1], null]), /leads back to node 1/);
    refused(graphOf([[1, 7], null]), /leads out of the tree/);
  });

  it('refuses what is too large without reading it', () => {
    refused(Buffer.alloc(ONNX_BYTES_MAX + 1), /bytes, at most/);
  });

  it('says so of any other bytes, and throws nothing else', () => {
    const genuine = exported(3);
    const changed = fc
      .tuple(fc.nat(genuine.length - 1), fc.nat(255), fc.nat(genuine.length))
      .map(([at, byte, length]) =>
        Buffer.from(genuine)
          .fill(byte, at, at + 1)
          .subarray(0, length),
      );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }).map(Buffer.from), changed), (bytes) => {
        try {
          requireKnownGraph('x', bytes);
        } catch (error) {
          assert.equal((error as { type?: string }).type, 'HeadSetRefused', String(error));
        }
      }),
      { numRuns: 3000 },
    );
  });
});
