/** The closed intervals [startMs[i], endMs[i]] in which each sample's label is decided. */
export interface LabelSpans {
  readonly startMs: ArrayLike<number>;
  readonly endMs: ArrayLike<number>;
}

/** Samples by start, then end, then row number. */
export interface TimeOrder {
  /** The caller's row number at each position. */
  readonly row: Int32Array;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
}

/** @throws RangeError naming the sample whose time is not finite or whose end lies before its start */
export function orderByTime({ startMs, endMs }: LabelSpans): TimeOrder {
  if (startMs.length !== endMs.length)
    throw new RangeError(`${startMs.length} starts but ${endMs.length} ends of label intervals`);
  let sorted = true;
  for (let i = 0; i < startMs.length; i++) {
    if (!Number.isFinite(startMs[i]) || !Number.isFinite(endMs[i]))
      throw new RangeError(`sample ${i} has no finite start and end: ${startMs[i]}, ${endMs[i]}`);
    if (endMs[i]! < startMs[i]!)
      throw new RangeError(`sample ${i} ends (${endMs[i]}) before it starts (${startMs[i]})`);
    sorted &&= i === 0 || before(i - 1, i, startMs, endMs) < 0;
  }
  const row = Int32Array.from({ length: startMs.length }, (_, i) => i);
  if (!sorted) row.sort((a, b) => before(a, b, startMs, endMs));
  return {
    row,
    startMs: Float64Array.from(row, (i) => startMs[i]!),
    endMs: Float64Array.from(row, (i) => endMs[i]!),
  };
}

function before(a: number, b: number, startMs: ArrayLike<number>, endMs: ArrayLike<number>): number {
  return startMs[a]! - startMs[b]! || endMs[a]! - endMs[b]! || a - b;
}
