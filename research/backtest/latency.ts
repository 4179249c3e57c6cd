import { z } from 'zod';

const ns = z.number().int().nonnegative().max(60e9);

/** One way that a message goes: a constant, or a log-normal time drawn from a seed. */
export const latencySpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), ns }),
  z.strictObject({
    kind: z.literal('lognormal'),
    /** Half of all messages take longer. */
    medianNs: ns,
    /** Standard deviation of the logarithm. */
    sigma: z.number().nonnegative().max(3),
    /** No message is faster. */
    minNs: ns.default(0),
    seed: z.number().int().nonnegative().max(0xffffffff).default(1),
  }),
]);
export type LatencySpec = Readonly<z.infer<typeof latencySpec>>;

/** ns that message number `id` of a way takes: a function of the model and the number alone. */
export type Latency = (id: number) => number;

/** @param branch tells apart the ways that share a seed */
export function latencyOf(spec: LatencySpec, branch: number): Latency {
  if (spec.kind === 'constant') return () => spec.ns;
  const { medianNs, sigma, minNs, seed } = spec;
  return (id) => Math.max(minNs, Math.round(medianNs * Math.exp(sigma * normalOf(seed, branch, id))));
}

/** A standard normal number that depends on its three arguments only (Box and Muller). */
function normalOf(seed: number, branch: number, id: number): number {
  const key = mixed(mixed(seed ^ Math.imul(branch, 0x9e3779b1)) ^ Math.imul(id, 0x85ebca6b) ^ Math.floor(id / 2 ** 32));
  const u = (mixed(key ^ 0x68bc21eb) + 1) / (2 ** 32 + 1);
  const v = mixed(key ^ 0x02e5be93) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

/** The finalizer of MurmurHash3: every bit of the result depends on every bit of the argument. */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
