import protobuf from 'protobufjs';

/** The part of onnx.proto (ONNX IR version 8) that the graph of a head needs; field numbers are ONNX's. */
const SCHEMA = `
syntax = "proto3";
package onnx;
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; TensorProto t = 5;
  repeated float floats = 7; repeated int64 ints = 8; repeated bytes strings = 9;
  int32 type = 20;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5; string doc_string = 6; string domain = 7;
}
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4; string name = 8; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message TensorShape { repeated Dimension dim = 1; }
message TensorType { int32 elem_type = 1; TensorShape shape = 2; }
message TypeProto { TensorType tensor_type = 1; }
message ValueInfoProto { string name = 1; TypeProto type = 2; string doc_string = 3; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; string doc_string = 10;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message StringStringEntryProto { string key = 1; string value = 2; }
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; string producer_version = 3; GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8; repeated StringStringEntryProto metadata_props = 14;
}`;

const modelProto = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('onnx.ModelProto');

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly Uint8Array[];
}

export interface OnnxNode {
  readonly op_type: string;
  readonly domain?: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute?: readonly OnnxAttribute[];
}

interface OnnxValue {
  readonly name: string;
  readonly type: {
    readonly tensor_type: {
      readonly elem_type: number;
      readonly shape: { readonly dim: readonly ({ dim_value: number } | { dim_param: string })[] };
    };
  };
}

export interface OnnxModel {
  readonly ir_version: number;
  readonly producer_name: string;
  readonly opset_import: readonly { readonly domain: string; readonly version: number }[];
  readonly metadata_props: readonly { readonly key: string; readonly value: string }[];
  readonly graph: {
    readonly name: string;
    readonly node: readonly OnnxNode[];
    readonly initializer: readonly {
      readonly name: string;
      readonly dims: readonly number[];
      readonly data_type: number;
      readonly float_data: readonly number[];
    }[];
    readonly input: readonly OnnxValue[];
    readonly output: readonly OnnxValue[];
  };
}

export function encodeOnnx(model: OnnxModel): Buffer {
  return Buffer.from(modelProto.encode(modelProto.fromObject(model)).finish());
}

/** TensorProto.DataType FLOAT. */
export const FLOAT = 1;

const ATTRIBUTE_TYPE = { int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

export const attribute = {
  int: (name: string, i: number): OnnxAttribute => ({ name, type: ATTRIBUTE_TYPE.int, i }),
  string: (name: string, text: string): OnnxAttribute => ({ name, type: ATTRIBUTE_TYPE.string, s: Buffer.from(text) }),
  floats: (name: string, floats: readonly number[]): OnnxAttribute => ({ name, type: ATTRIBUTE_TYPE.floats, floats }),
  ints: (name: string, ints: readonly number[]): OnnxAttribute => ({ name, type: ATTRIBUTE_TYPE.ints, ints }),
  strings: (name: string, texts: readonly string[]): OnnxAttribute => ({
    name,
    type: ATTRIBUTE_TYPE.strings,
    strings: texts.map((text) => Buffer.from(text)),
  }),
};

/** A float32 tensor of N rows, N free. */
export function rowsOf(name: string, columns: number): OnnxValue {
  const dim = [{ dim_param: 'N' }, { dim_value: columns }];
  return { name, type: { tensor_type: { elem_type: FLOAT, shape: { dim } } } };
}
