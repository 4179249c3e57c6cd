import { seededRandom } from '../../random.js';

/** What lies near no threshold: missing (oftenest), zeros, the least numbers, the greatest, infinities. */
const ODD = Float32Array.of(
  ...[Number.NaN, Number.NaN, Number.NaN, 0, -0, 1.4e-45, -1.4e-45, 1e-38, 3.4e38, -3.4e38],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
);

/**
 * Rows that try every way through trees: a value is a threshold of its column, the next float32 above or below one, something
 * between two of them, or odd.
 */
export class ThresholdRows {
  private readonly fraction: () => number;
  private readonly float = new Float32Array(1);
  private readonly bits = new Int32Array(this.float.buffer);

  /** @param thresholds of each column */
  constructor(
    private readonly thresholds: readonly Float32Array[],
    seed: number,
  ) {
    this.fraction = seededRandom(seed);
  }

  /** Fills the row with the next one. */
  next(row: Float32Array): void {
    for (let column = 0; column < row.length; column++) row[column] = this.valueOf(this.thresholds[column]!);
  }

  private valueOf(thresholds: Float32Array): number {
    const kind = this.whole(8);
    if (kind === 0 || thresholds.length === 0) return ODD[this.whole(ODD.length)]!;
    const [one, other] = [this.oneOf(thresholds), this.oneOf(thresholds)];
    if (kind === 1) return one;
    if (kind === 2) return this.neighbour(one, 1);
    if (kind === 3) return this.neighbour(one, -1);
    return one + (other - one) * this.fraction();
  }

  private oneOf(values: Float32Array): number {
    return values[this.whole(values.length)]!;
  }

  /** The float32 beside it, by its bits. */
  private neighbour(value: number, step: number): number {
    this.float[0] = value;
    this.bits[0]! += step;
    return this.float[0]!;
  }

  private whole(below: number): number {
    return Math.floor(this.fraction() * below);
  }
}
