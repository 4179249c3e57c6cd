/** First orders of a process: code is still being compiled, on either side. */
export const WARM_UP_ORDERS = 100;

/** One order's way: from its event's bytes leaving for the client until its own bytes came back. */
export interface OrderWay {
  readonly ms: number;
  /** Milliseconds of each stage, in order; they add up to `ms`. */
  readonly stages: Readonly<Record<string, number>>;
}

export function wayOf(beganNs: bigint, ends: readonly (readonly [string, bigint])[]): OrderWay {
  const ms = (fromNs: bigint, toNs: bigint) => Number(toNs - fromNs) / 1e6;
  const stages = ends.map(([name, endNs], at) => [name, ms(at === 0 ? beganNs : ends[at - 1]![1], endNs)]);
  return { ms: ms(beganNs, ends.at(-1)![1]), stages: Object.fromEntries(stages) };
}
