import { Failure } from '../../failure.js';
import type { HeadName } from './head.js';

/** The files of a release do not make a set of heads that this code can run. */
export class HeadSetRefused extends Failure {
  constructor(file: string, reason: string, fix = 'ship a release that was built by this version of the code') {
    super('HeadSetRefused', `${file}: ${reason}`, fix, { file, reason });
  }
}

/** A head does not give the probabilities that training signed: the graph, or the runtime, is not the same. */
export class GoldenRowMismatch extends Failure {
  constructor(head: HeadName, row: number, expected: readonly number[], actual: readonly number[]) {
    super(
      'GoldenRowMismatch',
      `head ${head}, golden row ${row}: expected [${expected.join(', ')}], got [${actual.join(', ')}]`,
      'keep the old release; compare the onnxruntime versions of the two machines',
      { head, row, expected, actual },
    );
  }
}
