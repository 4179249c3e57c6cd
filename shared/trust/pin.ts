import { z } from 'zod';
import { sha256Hex } from '../reference.js';

/** What a broker remembers of the newest release it has verified. It never goes down. */
export const pin = z
  .strictObject({
    v: z.literal(1),
    rootVersion: z.number().int().positive(),
    epoch: z.number().int().positive(),
    /** 0, with a null payload, before the first release. */
    counter: z.number().int().nonnegative(),
    payloadSha256: sha256Hex.nullable(),
    /** The latest wall time at which a release was verified: a clock set back behind it is noticed. */
    highestSeenUtc: z.iso.datetime(),
  })
  .refine(({ counter, payloadSha256 }) => (counter === 0) === (payloadSha256 === null), 'counter 0 has no payload');
export type Pin = Readonly<z.infer<typeof pin>>;

/** Negative when `a` is below `b`: the order of releases is (epoch, counter). */
export function comparePins(a: Pick<Pin, 'epoch' | 'counter'>, b: Pick<Pin, 'epoch' | 'counter'>): number {
  return a.epoch - b.epoch || a.counter - b.counter;
}

/** The pin that remembers everything that either remembers. */
export function highestPin(a: Pin, b: Pin): Pin {
  const newer = comparePins(a, b) >= 0 ? a : b;
  return {
    ...newer,
    rootVersion: Math.max(a.rootVersion, b.rootVersion),
    highestSeenUtc: Date.parse(a.highestSeenUtc) >= Date.parse(b.highestSeenUtc) ? a.highestSeenUtc : b.highestSeenUtc,
  };
}
