import type { LoadingMark } from './loading-mark.js';
import { type LoadedRelease, prepareRelease, type ReleaseAsk } from './prepare-release.js';

export interface GuardedLoadDeps {
  /** Loads it where nothing is lost by it. @throws Failure where that goes wrong, or takes too long */
  readonly examine: (ask: ReleaseAsk) => Promise<void>;
  readonly mark: LoadingMark;
}

/**
 * Loads a release into this process, once another one has shown that this can be done, and leaves word meanwhile, should
 * this one die over it all the same. @throws Failure: the old heads stay
 */
export async function loadGuarded({ examine, mark }: GuardedLoadDeps, ask: KnownRelease): Promise<LoadedRelease> {
  const { payloadSha256 } = ask.expected;
  mark.refuseKiller(payloadSha256);
  await examine(ask);
  mark.begin(payloadSha256);
  try {
    return await prepareRelease(ask);
  } finally {
    mark.end();
  }
}

/** One that was named by its payload, as armed swaps and records of swaps do. */
export interface KnownRelease extends ReleaseAsk {
  readonly expected: ReleaseAsk['expected'] & { readonly payloadSha256: string };
}
