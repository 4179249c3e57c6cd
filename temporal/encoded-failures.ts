import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stack traces of failures become a payload, so that they are encrypted as any other. Loaded by its path. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
