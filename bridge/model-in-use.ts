import type { Decider } from './decide/decider.js';
import type { DecisionLog } from './decide/decision-log.js';
import type { LoadedRelease } from './swap/prepare-release.js';

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
}
