import { z } from 'zod';
import { Failure } from '../../failure.js';

/** What starts a new row of a head: each whole second of market time, or the close of a five-minute bar. */
export const sampling = z.enum(['second', 'bar']);
export type Sampling = z.infer<typeof sampling>;

/**
 * Of the heads of releases whose specs did not say it yet. These three still leave it out, so that their releases keep
 * their bytes; a head of any other name says it itself. Nothing is ever added here: how old releases are read stays as it is.
 */
const OF_HEADS_THAT_DO_NOT_SAY: ReadonlyMap<string, Sampling> = new Map([
  ['F2_dom', 'second'],
  ['XGB_5m', 'bar'],
  ['Tick_ML', 'second'],
]);

interface Sampled {
  readonly name: string;
  readonly sampling?: Sampling | undefined;
}

/** Undefined where neither the spec nor the head's old name says it. */
export function knownSampling({ name, sampling: said }: Sampled): Sampling | undefined {
  return said ?? OF_HEADS_THAT_DO_NOT_SAY.get(name);
}

/** @throws Failure 'NoSampling', which no spec that was read from a file gives */
export function samplingOf(spec: Sampled): Sampling {
  const known = knownSampling(spec);
  if (known) return known;
  throw new Failure('NoSampling', `head ${spec.name} does not say when it is sampled`, 'give its spec `sampling`');
}
