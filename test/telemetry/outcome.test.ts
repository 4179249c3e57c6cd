import assert from 'node:assert/strict';
import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { failureTypeOf, outcomeOf, releaseOf } from '../../telemetry/outcome.js';

describe('what a step came to', () => {
  it('is told by the type of its failure, never by the message', () => {
    const refused = ApplicationFailure.nonRetryable('head XGB_5m says too much', 'ReleaseRefused');
    const byStep = (cause: Error) => new ActivityFailure('', 'step', '1', RetryState.TIMEOUT, 'me', cause);
    const timeout = new TimeoutFailure('late', undefined, TimeoutType.HEARTBEAT);
    assert.deepEqual([refused, byStep(refused), byStep(timeout), new TypeError('x'), 'text', null].map(failureTypeOf), [
      'ReleaseRefused',
      'ReleaseRefused',
      'TimeoutFailure',
      'TypeError',
      'Error',
      'Error',
    ]);
  });

  it('is one word of ours, or nothing', () => {
    const results = [{ outcome: 'swapped' }, { verdict: 'hold' }, { outcome: 'a sentence' }, { outcome: 7 }, null, 'x'];
    assert.deepEqual(results.map(outcomeOf), ['swapped', 'hold', undefined, undefined, undefined, undefined]);
  });

  it('names the release where one is asked about', () => {
    const asks = [{ modelVersion: 7 }, { release: { modelVersion: 8 } }, { release: 'x' }, { modelVersion: null }, 3];
    assert.deepEqual(asks.map(releaseOf), ['believe-v7', 'believe-v8', undefined, undefined, undefined]);
  });
});
