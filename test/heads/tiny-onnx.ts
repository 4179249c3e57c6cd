import protobuf from 'protobufjs';

/** The part of onnx.proto that a small graph needs. */
const ONNX = protobuf
  .parse(`
  syntax = "proto3";
  message Attribute { string name = 1; float f = 2; int64 i = 3; int32 type = 20; }
  message Node { repeated string input = 1; repeated string output = 2; string op_type = 4; repeated Attribute attribute = 5; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message Dimension { int64 dim_value = 1; string dim_param = 2; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11; repeated ValueInfo output = 12; }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message Model { int64 ir_version = 1; Graph graph = 7; repeated OperatorSet opset_import = 8; }
`)
  .root.lookupType('Model');

const FLOAT = 1;
const ATTRIBUTE_INT = 2;

/**
 * A real ONNX graph: probabilities = softmax(sign(features) x weights), where feature c pushes class c % classes by
 * (c + 1) / columns. NaN, which a linear model cannot take, must not be fed.
 */
export function tinyOnnx(columns: number, classes: number, inputName = 'features'): Buffer {
  const weights = Buffer.alloc(4 * columns * classes);
  for (let c = 0; c < columns; c++) weights.writeFloatLE((c + 1) / columns, 4 * (c * classes + (c % classes)));
  const value = (name: string, width: number) => ({
    name,
    type: { tensorType: { elemType: FLOAT, shape: { dim: [{ dimParam: 'rows' }, { dimValue: width }] } } },
  });
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'tiny',
      node: [
        { opType: 'Sign', input: [inputName], output: ['signs'] },
        { opType: 'MatMul', input: ['signs', 'weights'], output: ['scores'] },
        {
          opType: 'Softmax',
          input: ['scores'],
          output: ['probabilities'],
          attribute: [{ name: 'axis', i: 1, type: ATTRIBUTE_INT }],
        },
      ],
      initializer: [{ name: 'weights', dims: [columns, classes], dataType: FLOAT, rawData: weights }],
      input: [value(inputName, columns)],
      output: [value('probabilities', classes)],
    },
  };
  return Buffer.from(ONNX.encode(ONNX.fromObject(model)).finish());
}
