import { loadRelease, verifyStillGood } from '../../broker/load-release.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import type { HeadSet } from '../../shared/model/heads/head-set.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import type { ExpectedRelease, VerifiedRelease } from '../../shared/trust/verify-release.js';
import { swapsAtOnce } from '../../shared/trust/verify-rollback.js';

/** A release that was verified, loaded, warmed and whose golden rows came out as signed. */
export interface LoadedRelease {
  readonly modelVersion: number;
  readonly epoch: number;
  readonly counter: number;
  readonly payloadSha256: string;
  /** It brings older bytes back on the word of operators or of this broker: by that, and nothing else, it waits for no open. */
  readonly swapsAtOnce: boolean;
  readonly headSet: HeadSet;
  readonly heads: SwapRecord['heads'];
  readonly goldenRowsChecked: number;
  /** Verifies it once more, as things are now. @throws ReleaseRefused, PinLost, TrustMissing, DeliveryMissing */
  readonly verifyAgain: () => void;
}

export interface ReleaseAsk {
  readonly brokerFolder: string;
  readonly tarball: string;
  readonly envelope: string;
  /** What is traded: a release for anything else is refused. */
  readonly product: ReleaseProduct;
  readonly expected: Omit<ExpectedRelease, 'product'>;
}

/** Runs of a head before its first decision: the runtime allocates and caches in the first ones. Trees have been tried already. */
const WARM_UP_RUNS = 50;

/**
 * From bytes on disk to heads that are ready to decide. The bytes are read once and go through the one verification;
 * what is loaded is what was verified.
 * @throws ReleaseRefused, HeadSetRefused, GoldenRowMismatch: the old heads stay
 */
export async function prepareRelease(ask: ReleaseAsk): Promise<LoadedRelease> {
  const verified = await verifyFiles(ask);
  const { headSet, goldenRowsChecked } = await readyHeads(verified.files);
  const { modelVersion, epoch, counter } = verified.predicate;
  const { brokerFolder, envelope, product } = ask;
  const expected = { ...ask.expected, product, payloadSha256: verified.payloadSha256 };
  return {
    ...{ modelVersion, epoch, counter, payloadSha256: verified.payloadSha256 },
    swapsAtOnce: swapsAtOnce(verified.predicate),
    headSet,
    heads: headSet.heads.map(({ spec, onnxSha256 }) => ({ name: spec.name, onnxSha256 })),
    goldenRowsChecked,
    verifyAgain: () => verifyStillGood({ brokerFolder, envelope, nowMs: Date.now(), expected }),
  };
}

/** The release's files, verified. @throws ReleaseRefused, PinLost, TrustMissing, DeliveryMissing */
export function verifyFiles({
  brokerFolder,
  tarball,
  envelope,
  product,
  expected,
}: ReleaseAsk): Promise<VerifiedRelease> {
  return loadRelease({ brokerFolder, tarball, envelope, nowMs: Date.now(), expected: { ...expected, product } });
}

/** Loads the heads, compares the golden rows and warms them. @throws HeadSetRefused, GoldenRowMismatch */
export async function readyHeads(
  files: ReadonlyMap<string, Buffer>,
): Promise<{ readonly headSet: HeadSet; readonly goldenRowsChecked: number }> {
  const headSet = await loadHeadSet(files);
  try {
    const goldenRowsChecked = await headSet.checkGoldenRows();
    await warm(headSet);
    return { headSet, goldenRowsChecked };
  } catch (error) {
    await headSet.release();
    throw error;
  }
}

async function warm(headSet: HeadSet): Promise<void> {
  for (const { spec, model, trees } of headSet.heads) {
    if (trees !== null) continue;
    const row = new Float32Array(spec.features.length);
    for (let run = 0; run < WARM_UP_RUNS; run++) await model.run(row, 1);
  }
}
