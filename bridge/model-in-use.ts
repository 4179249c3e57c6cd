import type { ReleaseProduct } from '../shared/release/product.js';
import { envelopeName, tarballName } from '../shared/release/statement.js';
import type { Decider } from './decide/decider.js';
import type { DecisionLog } from './decide/decision-log.js';
import { type LoadedRelease, prepareRelease } from './swap/prepare-release.js';
import type { SwapsLog } from './swap/swaps-log.js';

/** Which release decides now. It changes by the hot swap and by nothing else. */
export class ModelInUse {
  private current: { readonly release: LoadedRelease; readonly shipId: string } | null = null;

  constructor(
    private readonly decider: Decider,
    private readonly decisionLog: DecisionLog,
  ) {}

  get release(): LoadedRelease | null {
    return this.current?.release ?? null;
  }
  get shipId(): string | null {
    return this.current?.shipId ?? null;
  }
  get modelVersion(): number | null {
    return this.current?.release.modelVersion ?? null;
  }

  /** Between two events; the prior heads are freed once their last decision is done. */
  activate(release: LoadedRelease, shipId: string): void {
    const freePrior = this.decider.swapHeads(release.headSet);
    this.current = { release, shipId };
    this.decisionLog.heads(release, this.decider.lastEventSeq);
    void freePrior();
  }

  /**
   * After a restart: the last swap on record decides, verified again from its bytes.
   * @throws ReleaseRefused, HeadSetRefused, GoldenRowMismatch, ...: then no model is in use
   */
  async restore(brokerFolder: string, swaps: SwapsLog, product: ReleaseProduct): Promise<void> {
    const last = swaps.lastSwapped;
    if (!last) return;
    const { modelVersion, counter, payloadSha256, shipId } = last;
    const release = await prepareRelease({
      brokerFolder,
      product,
      tarball: tarballName(modelVersion),
      envelope: envelopeName(modelVersion),
      expected: { modelVersion, counter, payloadSha256, alreadyLive: true },
    });
    this.activate(release, shipId);
  }
}
