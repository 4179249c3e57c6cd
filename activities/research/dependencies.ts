import type { LibraryFile } from '../../research/training/booster.js';
import type { Config } from '../../shared/config/config.js';

/** What the research worker hands to its steps. */
export interface ResearchDependencies {
  readonly config: Config;
  readonly library: LibraryFile;
  /** Of the code that trains: written into every release. */
  readonly codeCommit: string;
  readonly lockfileSha256: string;
  /** Whether a run of the ship path is still under way. */
  readonly isOpen: (workflowId: string, runId: string) => Promise<boolean>;
}
