import { fusedMultiplyAdd } from './fused-multiply-add.js';

const f32 = Math.fround;

/** Adding it rounds a float32 to a whole number. */
const ROUNDING_BIAS = 12_582_912;
const LOG2_RECIPROCAL = f32(Math.LOG2E);
const [LOG2_HIGH, LOG2_LOW] = [f32(-6.93145752e-1), f32(-1.42860677e-6)];
const [POLY_0, POLY_1, POLY_2] = [0x1694 / 2 ** 22, 0x1125edc / 2 ** 31, 0x1555b5a / 2 ** 29];
const [POLY_3, POLY_4] = [0x1555450 / 2 ** 27, 0x1fffff6 / 2 ** 26];

/** Margins that are further apart meet the clamps of the exponential, where the kernels of AVX2 and of AVX-512 differ. */
export const SOFTMAX_SPAN_MAX = 87;

/** 2^-n at n, as far as the span reaches. */
const POWERS_OF_HALF = Float64Array.from({ length: 128 }, (_, n) => 2 ** -n);

/**
 * Softmax of three float32 margins, at most `SOFTMAX_SPAN_MAX` apart, to the bit as onnxruntime's on x64 with FMA3 or AVX-512F:
 * MlasComputeSoftmaxThreaded and MlasExpConstants of onnxruntime/core/mlas/lib/compute.cpp; MlasComputeSumExpF32KernelAvx512F of
 * .../x86_64/TransKernelAvx512F.S; MlasReduceMaximumF32KernelAvx and MlasComputeSoftmaxOutputF32KernelAvx of SoftmaxKernelAvx.S.
 * Coefficients and steps are onnxruntime's: Copyright (c) Microsoft Corporation, MIT License.
 * @param probabilities may be the margins themselves
 */
export function mlasSoftmax(margins: Float32Array, probabilities: Float32Array): void {
  const a = margins[0]!;
  const b = margins[1]!;
  const c = margins[2]!;
  const most = Math.max(a, b, c);
  const expA = exponential(f32(a - most));
  const expB = exponential(f32(b - most));
  const expC = exponential(f32(c - most));
  const scale = f32(1 / f32(f32(expA + expB) + expC));
  probabilities[0] = expA * scale;
  probabilities[1] = expB * scale;
  probabilities[2] = expC * scale;
}

/** e^x of -SOFTMAX_SPAN_MAX <= x <= 0. */
function exponential(x: number): number {
  const m = f32(fusedMultiplyAdd(x, LOG2_RECIPROCAL, ROUNDING_BIAS) - ROUNDING_BIAS);
  const reduced = fusedMultiplyAdd(m, LOG2_LOW, fusedMultiplyAdd(m, LOG2_HIGH, x));
  let p = fusedMultiplyAdd(POLY_0, reduced, POLY_1);
  p = fusedMultiplyAdd(p, reduced, POLY_2);
  p = fusedMultiplyAdd(p, reduced, POLY_3);
  p = fusedMultiplyAdd(p, reduced, POLY_4);
  p = fusedMultiplyAdd(p, reduced, 1);
  p = fusedMultiplyAdd(p, reduced, 1);
  return f32(p * POWERS_OF_HALF[-m | 0]!);
}
