const FIRST_RUNS = 1024;

/**
 * A column whose values seldom change: each value, and the first of the rows that hold it. Much less memory to go
 * through than a value for every row; the rows are written out a vector at a time, where they are wanted.
 */
export class ColumnRuns {
  private count = 0;
  private starts = new Int32Array(FIRST_RUNS);
  private values = new Float64Array(FIRST_RUNS);
  /** The run that the last rows written out ended with. */
  private last = 0;

  /** From this row on the column holds this value. @param row not before that of the last push; the first is 0 */
  push(row: number, value: number): void {
    if (this.count === this.starts.length) this.grow();
    this.starts[this.count] = row;
    this.values[this.count++] = value;
  }

  /** Writes the rows from `start` on to the beginning of `target`. */
  writeTo(target: Float64Array | Int32Array, start: number, rows: number): void {
    const { starts, values, count } = this;
    let run = starts[this.last]! <= start ? this.last : 0;
    while (run + 1 < count && starts[run + 1]! <= start) run++;
    for (let i = 0; i < rows; run++) {
      const end = run + 1 < count ? Math.min(starts[run + 1]! - start, rows) : rows;
      const value = values[run]!;
      for (; i < end; i++) target[i] = value;
      this.last = run;
    }
  }

  /** Forgets the rows and keeps the memory. */
  clear(): void {
    this.count = 0;
    this.last = 0;
  }

  get sizeBytes(): number {
    return this.starts.byteLength + this.values.byteLength;
  }

  private grow(): void {
    const { starts, values } = this;
    this.starts = new Int32Array(2 * starts.length);
    this.starts.set(starts);
    this.values = new Float64Array(2 * values.length);
    this.values.set(values);
  }
}
