import type { SwapRecord } from '../../shared/handover/swap-record.js';
import type { HeadSet } from '../../shared/heads/head-set.js';
import { loadHeadSet } from '../../shared/heads/load-head-set.js';
import { loadRelease } from '../../shared/release/accept-release.js';
import type { ReleaseProduct } from '../../shared/release/product.js';
import type { ExpectedRelease } from '../../shared/release/verify-release.js';

/** A release that was verified, loaded, warmed and whose golden rows came out as signed. */
export interface LoadedRelease {
  readonly modelVersion: number;
  readonly counter: number;
  readonly payloadSha256: string;
  readonly headSet: HeadSet;
  readonly heads: SwapRecord['heads'];
  readonly goldenRowsChecked: number;
}

export interface ReleaseAsk {
  readonly brokerFolder: string;
  readonly tarball: string;
  readonly envelope: string;
  /** What is traded: a release for anything else is refused. */
  readonly product: ReleaseProduct;
  readonly expected: Omit<ExpectedRelease, 'product'>;
}

/** Runs of each head before its first decision: the runtime allocates and caches in the first ones. */
const WARM_UP_RUNS = 50;

/**
 * From bytes on disk to heads that are ready to decide. The bytes are read once and go through the one verification;
 * what is loaded is what was verified.
 * @throws ReleaseRefused, HeadSetRefused, GoldenRowMismatch: the old heads stay
 */
export async function prepareRelease({
  brokerFolder,
  tarball,
  envelope,
  product,
  expected,
}: ReleaseAsk): Promise<LoadedRelease> {
  const nowMs = Date.now();
  const verified = await loadRelease({ brokerFolder, tarball, envelope, nowMs, expected: { ...expected, product } });
  const headSet = await loadHeadSet(verified.files);
  try {
    const goldenRowsChecked = await headSet.checkGoldenRows();
    await warm(headSet);
    const { modelVersion, counter } = verified.predicate;
    return {
      modelVersion,
      counter,
      payloadSha256: verified.payloadSha256,
      headSet,
      heads: headSet.heads.map(({ spec, onnxSha256 }) => ({ name: spec.name, onnxSha256 })),
      goldenRowsChecked,
    };
  } catch (error) {
    await headSet.release();
    throw error;
  }
}

async function warm(headSet: HeadSet): Promise<void> {
  for (const { spec, model } of headSet.heads) {
    const row = new Float32Array(spec.features.length);
    for (let run = 0; run < WARM_UP_RUNS; run++) await model.run(row, 1);
  }
}
