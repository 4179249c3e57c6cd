import { z } from 'zod';
import { EPOCH_MAX, SEQ_MAX, streamName } from '../../contract/batch-stream.js';
import { captureSource } from '../../contract/capture-source.js';
import { instrumentName } from './messages.js';

const STREAMS_MAX = 1000;

/** What steps of both tiers are asked about. */
export const capturedDay = z.object({
  source: captureSource.optional(),
  instrument: instrumentName,
  tradeDate: z.iso.date(),
});

export const streamPlaces = z
  .array(
    z.object({
      stream: streamName,
      epoch: z.number().int().positive().max(EPOCH_MAX),
      seq: z.number().int().positive().max(SEQ_MAX),
    }),
  )
  .max(STREAMS_MAX);
