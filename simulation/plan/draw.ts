import { seededRandom } from '../../shared/random.js';

/** What a plan is drawn with. */
export class Draw {
  readonly uniform: () => number;

  constructor(seed: number, branch: number) {
    this.uniform = seededRandom(seed + branch * 2 ** 33);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A whole number, both bounds included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.uniform() * (to - from + 1));
  }

  oneOf<T>(values: readonly T[]): T {
    return values[Math.floor(this.uniform() * values.length)]!;
  }

  /** Between the two, small values as likely as large ones by their order of magnitude. */
  scale(from: number, to: number): number {
    return Math.round(from * (to / from) ** this.uniform());
  }

  sign(): 1 | -1 {
    return this.chance(0.5) ? 1 : -1;
  }
}
