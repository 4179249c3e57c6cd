import { Failure } from '../../shared/failure.js';

/** A file of the bridge is not what was sealed of it before: going on would tell another story under the same numbers. */
export class SealSourceChanged extends Failure {
  constructor(file: string, why: string) {
    super(
      'SealSourceChanged',
      `${file} ${why}: nothing more of its stream is sealed`,
      'find out who changed it, and put the file back; if it cannot be had back, raise upload.epoch on broker and receiver',
      { file },
    );
  }
}

/** The broker does not know how far a stream was sealed, or cannot complete what it had begun. */
export class SealStateLost extends Failure {
  constructor(what: string, details: Readonly<Record<string, unknown>> = {}) {
    super(
      'SealStateLost',
      `sealing cannot go on: ${what}`,
      'restore broker/seal/ and broker/outbox/ from a backup; if there is none, raise upload.epoch on broker and receiver',
      details,
    );
  }
}
