import { seededRandom } from '../../shared/random.js';

/**
 * Random numbers of the distributions that the generator needs. Same seeds, same numbers on every machine: V8 computes
 * logarithms and exponentials with its own fdlibm.
 */
export class RandomStream {
  /** In [0, 1). */
  readonly uniform: () => number;
  #spareNormal: number | null = null;

  /** @param seed 32 bits @param branch up to 21 bits; streams of different branches are independent */
  constructor(seed: number, branch: number) {
    this.uniform = seededRandom(branch * 2 ** 32 + seed);
  }

  /** Mean 0, variance 1 (Marsaglia's polar method). */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== null) {
      this.#spareNormal = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spareNormal = v * scale;
      return u * scale;
    }
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** 1, 2, 3, ... with the given mean (above 1). */
  geometric(mean: number): number {
    return 1 + Math.floor(Math.log(1 - this.uniform()) / Math.log(1 - 1 / mean));
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Index of one of the weights, which sum to 1. */
  pick(weights: readonly number[]): number {
    let left = this.uniform();
    for (let index = 0; index < weights.length - 1; index++) {
      left -= weights[index]!;
      if (left < 0) return index;
    }
    return weights.length - 1;
  }
}
