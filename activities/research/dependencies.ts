import path from 'node:path';
import type { LibraryFile } from '../../research/training/booster.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';

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

/** Folders of the research tier of a home. */
export function researchPlaces(home: string) {
  const research = homePlaces(home).research.folder;
  return {
    research,
    store: path.join(research, 'store'),
    releases: path.join(research, 'releases'),
    published: path.join(research, 'published'),
    lane: path.join(research, 'lane'),
    trials: path.join(research, 'trials.jsonl'),
  };
}
