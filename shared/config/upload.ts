import { z } from 'zod';
import { positiveCount } from './field-types.js';

/** What the broker tier sends to research, and keeps. */
export const uploadConfig = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Keep schedules that bring captured days and journals to research, and a receiver in the default set-up.',
    ),
  broker: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, such as broker-1')
    .default('broker')
    .describe('Name of the broker in everything that it sends; the receiver takes batches of this one only.'),
  epoch: positiveCount
    .max(9999)
    .default(1)
    .describe('Raised by hand on both tiers where the broker has lost its place in its streams: they begin anew.'),
  journalEverySeconds: positiveCount
    .max(3600)
    .default(30)
    .describe('How often journals are sealed and sent in session.'),
  heartbeatSeconds: positiveCount
    .max(86_400)
    .default(600)
    .describe('Seconds after which a stream in which nothing happened gets a batch that says so.'),
  patienceSeconds: positiveCount
    .max(86_400)
    .default(900)
    .describe('Seconds that a batch may wait for those before it, or for its files, before that is an alarm.'),
  resendSeconds: positiveCount
    .max(86_400)
    .default(120)
    .describe('Seconds after which a batch that was sent and not acknowledged is sent again.'),
  retentionDays: positiveCount
    .max(3650)
    .default(14)
    .describe('Days for which the broker keeps captured segments and decision logs that research has acknowledged.'),
});
export type UploadConfig = Readonly<z.infer<typeof uploadConfig>>;
