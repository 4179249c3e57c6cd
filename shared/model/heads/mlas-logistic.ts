import { fusedMultiplyAdd } from './fused-multiply-add.js';

const f32 = Math.fround;

const [LOWER, UPPER] = [-18, 18];
const [ALPHA_9, ALPHA_7, ALPHA_5] = [f32(4.37031012579801e-11), f32(1.15627324459942e-7), f32(6.08574864600143e-5)];
const [ALPHA_3, ALPHA_1] = [f32(8.51377133304701e-3), f32(2.48287947061529e-1)];
const [BETA_10, BETA_8, BETA_6] = [f32(6.10247389755681e-13), f32(5.76102136993427e-9), f32(6.2910678501704e-6)];
const [BETA_4, BETA_2, BETA_0] = [f32(1.70198817374094e-3), f32(1.16817656904453e-1), f32(9.9315192102318e-1)];

/**
 * 1 / (1 + e^-x) of a float32 that is a number, to the bit as onnxruntime's Sigmoid on x64 with FMA3: MlasLogisticConstants of
 * onnxruntime/core/mlas/lib/logistic.cpp and MlasLogisticKernelFma3 of .../x86_64/LogisticKernelFma3.S. Coefficients and steps are
 * onnxruntime's: Copyright (c) Microsoft Corporation, MIT License.
 */
export function mlasLogistic(margin: number): number {
  const x = margin < LOWER ? LOWER : margin > UPPER ? UPPER : margin;
  const x2 = f32(x * x);
  let p = fusedMultiplyAdd(x2, ALPHA_9, ALPHA_7);
  p = fusedMultiplyAdd(p, x2, ALPHA_5);
  p = fusedMultiplyAdd(p, x2, ALPHA_3);
  p = fusedMultiplyAdd(p, x2, ALPHA_1);
  let q = fusedMultiplyAdd(x2, BETA_10, BETA_8);
  q = fusedMultiplyAdd(q, x2, BETA_6);
  q = fusedMultiplyAdd(q, x2, BETA_4);
  q = fusedMultiplyAdd(q, x2, BETA_2);
  q = fusedMultiplyAdd(q, x2, BETA_0);
  const logistic = f32(f32(f32(x * p) / q) + 0.5);
  return logistic > 0 ? logistic : 0;
}
