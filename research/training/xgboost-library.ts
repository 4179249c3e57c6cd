import koffi from 'koffi';
import { Failure } from '../../shared/failure.js';

/** A handle that libxgboost gave out; must be freed by the function of its kind. */
export type Handle = bigint;

/**
 * libxgboost's C interface, by koffi's SYNCHRONOUS calls. Use it from one worker thread only: asynchronous calls
 * hop between threads, and libxgboost keeps its random generator and its last error per thread.
 */
export interface XgboostLibrary {
  readonly version: string;
  createMatrix(features: Float32Array, rows: number, columns: number, threads: number): Handle;
  setLabel(matrix: Handle, label: Float32Array): void;
  setWeight(matrix: Handle, weight: Float32Array): void;
  freeMatrix(matrix: Handle): void;
  createBooster(matrices: readonly Handle[]): Handle;
  setParameters(booster: Handle, parameters: Readonly<Record<string, string>>): void;
  loadModel(booster: Handle, model: Uint8Array): void;
  update(booster: Handle, round: number, train: Handle): void;
  /** The library's own text, such as `[3]\ttrain-logloss:0.61`. */
  evaluate(booster: Handle, round: number, matrix: Handle): string;
  /** Row-major; margins or, for margin = false, the objective's probabilities. A copy. */
  predict(booster: Handle, matrix: Handle, margin: boolean): Float32Array;
  saveJson(booster: Handle): Uint8Array<ArrayBuffer>;
  freeBooster(booster: Handle): void;
}

/** libxgboost refused a call; the message is the library's own. */
export class XgboostFailure extends Failure {
  constructor(call: string, text: string) {
    super('Xgboost', `libxgboost refused ${call}: ${text}`, 'Check the recipe and the training rows.', { call, text });
  }
}

/** @throws XgboostFailure when the file cannot be loaded or lacks a function */
export function loadXgboost(libraryPath: string): XgboostLibrary {
  const native = bind(libraryPath);
  const check = (call: string, status: number) => {
    if (status !== 0) throw new XgboostFailure(call, firstLines(native.lastError()));
  };
  const handleOf = (call: string, make: (out: [Handle | null]) => number): Handle => {
    const out: [Handle | null] = [null];
    check(call, make(out));
    return out[0]!;
  };
  return {
    version: versionOf(native),
    createMatrix: (features, rows, columns, threads) =>
      handleOf('the feature matrix', (out) => native.createMatrix(features, rows, columns, Number.NaN, out, threads)),
    setLabel: (matrix, label) => check('the labels', native.setFloatInfo(matrix, 'label', label, label.length)),
    setWeight: (matrix, weight) => check('the weights', native.setFloatInfo(matrix, 'weight', weight, weight.length)),
    freeMatrix: (matrix) => check('to free a matrix', native.freeMatrix(matrix)),
    createBooster: (matrices) =>
      handleOf('a booster', (out) => native.createBooster([...matrices], matrices.length, out)),
    setParameters: (booster, parameters) => {
      for (const [name, value] of Object.entries(parameters))
        check(`parameter ${name}=${value}`, native.setParameter(booster, name, value));
    },
    loadModel: (booster, model) => check('the model', native.loadModel(booster, model, model.length)),
    update: (booster, round, train) => check(`round ${round}`, native.update(booster, round, train)),
    evaluate: (booster, round, train) => {
      const out: [string | null] = [null];
      check('an evaluation', native.evaluate(booster, round, [train], ['train'], 1, out));
      return out[0] ?? '';
    },
    predict: (booster, matrix, margin) => {
      const shape: [Handle | null] = [null];
      const dimensions: [number] = [0];
      const result: [Handle | null] = [null];
      const options = {
        type: margin ? 1 : 0,
        training: false,
        iteration_begin: 0,
        iteration_end: 0,
        strict_shape: true,
      };
      check('a prediction', native.predict(booster, matrix, JSON.stringify(options), shape, dimensions, result));
      const sizes = Array.from(new BigUint64Array(koffi.view(shape[0]!, 8 * Number(dimensions[0]))), Number);
      const values = sizes.reduce((product, size) => product * size, 1);
      return new Float32Array(koffi.view(result[0]!, 4 * values)).slice();
    },
    saveJson: (booster) => {
      const size: [number] = [0];
      const bytes: [Handle | null] = [null];
      check('to save the model', native.saveModel(booster, '{"format":"json"}', size, bytes));
      return new Uint8Array(koffi.view(bytes[0]!, Number(size[0]))).slice();
    },
    freeBooster: (booster) => check('to free a booster', native.freeBooster(booster)),
  };
}

function bind(libraryPath: string) {
  try {
    const library = koffi.load(libraryPath);
    return {
      lastError: library.func('const char* XGBGetLastError()'),
      version: library.func('void XGBoostVersion(_Out_ int* major, _Out_ int* minor, _Out_ int* patch)'),
      createMatrix: library.func(
        'int XGDMatrixCreateFromMat_omp(const float* data, uint64_t rows, uint64_t columns, float missing, _Out_ void** out, int threads)',
      ),
      setFloatInfo: library.func(
        'int XGDMatrixSetFloatInfo(void* matrix, const char* field, const float* values, uint64_t length)',
      ),
      freeMatrix: library.func('int XGDMatrixFree(void* matrix)'),
      createBooster: library.func('int XGBoosterCreate(void** matrices, uint64_t length, _Out_ void** out)'),
      setParameter: library.func('int XGBoosterSetParam(void* booster, const char* name, const char* value)'),
      loadModel: library.func('int XGBoosterLoadModelFromBuffer(void* booster, const void* bytes, uint64_t length)'),
      update: library.func('int XGBoosterUpdateOneIter(void* booster, int round, void* matrix)'),
      evaluate: library.func(
        'int XGBoosterEvalOneIter(void* booster, int round, void** matrices, const char** names, uint64_t length, _Out_ const char** out)',
      ),
      predict: library.func(
        'int XGBoosterPredictFromDMatrix(void* booster, void* matrix, const char* options, _Out_ void** shape, _Out_ uint64_t* dimensions, _Out_ void** out)',
      ),
      saveModel: library.func(
        'int XGBoosterSaveModelToBuffer(void* booster, const char* options, _Out_ uint64_t* size, _Out_ void** out)',
      ),
      freeBooster: library.func('int XGBoosterFree(void* booster)'),
    };
  } catch (error) {
    throw new XgboostFailure(`to load ${libraryPath}`, error instanceof Error ? error.message : String(error));
  }
}

function versionOf(native: ReturnType<typeof bind>): string {
  const parts: [number][] = [[0], [0], [0]];
  native.version(...parts);
  return parts.map(([part]) => part).join('.');
}

/** libxgboost appends a C++ stack trace that tells an operator nothing. */
function firstLines(text: string): string {
  return text
    .split('\nStack trace:')[0]!
    .trim()
    .replace(/^\[[\d:]+\] [^ ]+: /, '');
}
