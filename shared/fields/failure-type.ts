import { z } from 'zod';
import { FAILURE_TYPES, type FailureType } from '../failure-types.js';

/** A failure's type, where one process tells another of it. */
export const failureType = z.enum(Object.keys(FAILURE_TYPES) as [FailureType, ...FailureType[]]);
