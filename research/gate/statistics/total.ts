/** Sum of one number of each item. */
export function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** Over n - 1. */
export function sampleVariance(values: readonly number[]): number {
  const mean = sumOf(values) / values.length;
  return total(values, (value) => (value - mean) ** 2) / (values.length - 1);
}
