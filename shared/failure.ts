import { type FailureType, RETRY_HELPS } from './failure-types.js';

/**
 * A failure that an operator can act on: what went wrong in one sentence, and what to do about it.
 * Every typed error of the product extends this class; anything else that is thrown is a defect.
 */
export class Failure extends Error {
  /** The same step, tried again later, can succeed: a broken link, a full disk. */
  readonly retryable: boolean;

  /** @param fix the next step for the reader, an imperative sentence */
  constructor(
    readonly type: FailureType,
    message: string,
    readonly fix?: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = type;
    this.retryable = RETRY_HELPS.has(type);
  }
}

/** The command line, a configuration field or an input form was used wrongly: exit code 2. */
export class UsageFailure extends Failure {
  constructor(message: string, fix?: string, details: Readonly<Record<string, unknown>> = {}) {
    super('Usage', message, fix, details);
  }
}

/** A file or row of input data cannot be used: names the file and the line or offset. */
export class BadInput extends Failure {
  constructor(file: string, where: string | undefined, reason: string, fix?: string) {
    super('BadInput', `${file}${where ? ` (${where})` : ''}: ${reason}`, fix, { file, where, reason });
  }
}
