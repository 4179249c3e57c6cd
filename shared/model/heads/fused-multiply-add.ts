/**
 * a x b + c of float32 numbers, rounded once to float32, as a processor's fused instruction does; for results in float32's range.
 * The product of two float32 is exact in a float64, the sum is not: where it was rounded to the very middle of two float32,
 * what it lost decides between them (TwoSum: D. Knuth, TAOCP 2, 4.2.2).
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const near = Math.fround(sum);
  const far = sum + (sum - near);
  if (near === sum || Math.fround(far) !== far) return near;
  const added = sum - product;
  const lost = product - (sum - added) + (c - added);
  return lost !== 0 && lost > 0 === far > near ? far : near;
}
