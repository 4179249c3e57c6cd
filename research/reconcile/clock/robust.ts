/** The middle value; the mean of the two middle ones. NaN of nothing. */
export function median(values: readonly number[] | Float64Array): number {
  return quantileOf(Float64Array.from(values).sort(), 0.5);
}

/** Median of the distances from a value. */
export function medianDistance(values: readonly number[] | Float64Array, from: number): number {
  return median(Float64Array.from(values, (value) => Math.abs(value - from)));
}

/** Of ascending values, linear between them. NaN of nothing. */
export function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const [a, b] = [sorted[low] ?? Number.NaN, sorted[Math.min(low + 1, sorted.length - 1)] ?? Number.NaN];
  return a + (place - low) * (b - a);
}
