/** About one step of float32 below 1: keeps a single surprise from being infinite. */
const PROBABILITY_MIN = 1e-7;

/** Minus the logarithm of the probability that was given to what happened, in nats. */
export function surprise(probability: number): number {
  return -Math.log(Math.max(probability, PROBABILITY_MIN));
}
