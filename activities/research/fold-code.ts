import type { FoldCode } from '../../research/folds/fold-offer.js';
import type { ResearchDependencies } from './dependencies.js';

/** Of this process. */
export function foldCodeOf({
  codeCommit,
  lockfileSha256,
  library,
}: Pick<ResearchDependencies, 'codeCommit' | 'lockfileSha256' | 'library'>): FoldCode {
  return {
    ...{ commit: codeCommit, lockfileSha256, librarySha256: library.sha256 },
    ...{ node: process.version, platform: `${process.platform}-${process.arch}` },
  };
}
