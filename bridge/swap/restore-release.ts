import type { SwapRecord } from '../../shared/contract/swap-record.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import { envelopeName, tarballName } from '../../shared/trust/statement.js';
import type { KnownRelease } from './guarded-load.js';
import type { LiveReleases } from './live-release.js';
import type { LoadedRelease } from './prepare-release.js';
import type { SwapsLog } from './swaps-log.js';

export interface RestoreDeps {
  readonly brokerFolder: string;
  readonly product: ReleaseProduct;
  readonly live: LiveReleases;
  readonly log: SwapsLog;
  readonly load: (ask: KnownRelease) => Promise<LoadedRelease>;
  readonly activate: (release: LoadedRelease, shipId: string) => void;
  readonly onNews: (text: string) => void;
}

/**
 * After a restart: the release that is kept as live decides, verified again from its bytes.
 * @throws ReleaseRefused, HeadSetRefused, GoldenRowMismatch, LiveReleaseLost, ...: then no model is in use
 */
export async function restoreRelease(deps: RestoreDeps): Promise<void> {
  const { live, log, activate, load, onNews } = deps;
  const kept = live.newest();
  if (kept) completeLog(deps, kept.swap);
  // A home whose bridges so far kept no live release, once: from then on its swap log decides nothing.
  const swap = live.isKept ? kept?.swap : log.newestSwapped;
  if (swap) {
    const release = await load(askFor(deps, swap));
    if (!kept) live.keep(release.epoch, swap);
    activate(release, swap.shipId);
  }
  attempt(() => live.begin(), 'trust/live/ cannot be made', onNews);
}

/** The bridge before was ended between its two records of the swap; or somebody has changed the log. */
function completeLog({ log, onNews }: RestoreDeps, swap: SwapRecord): void {
  const newest = log.newestSwapped;
  if (newest && newest.counter > swap.counter)
    onNews(
      `swaps.jsonl names v${newest.modelVersion}, which no bridge of this home has swapped to: it is not believed`,
    );
  if (log.has(swap)) return;
  attempt(() => log.append(swap), `the line of the swap to v${swap.modelVersion} cannot be written`, onNews);
}

/** A full disk must not keep a bridge from starting: the next start does it. */
function attempt(work: () => void, what: string, onNews: RestoreDeps['onNews']): void {
  try {
    work();
  } catch (error) {
    onNews(`${what}: ${(error as Error).message}`);
  }
}

function askFor({ brokerFolder, product }: RestoreDeps, swap: SwapRecord): KnownRelease {
  const { modelVersion, counter, payloadSha256 } = swap;
  return {
    ...{ brokerFolder, product, tarball: tarballName(modelVersion), envelope: envelopeName(modelVersion) },
    expected: { modelVersion, counter, payloadSha256, alreadyLive: true },
  };
}
