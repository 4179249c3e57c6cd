import { z } from 'zod';

const requestedBy = z.string().min(1).max(200).default('unnamed');

/** The one argument of `publishRecord`: for how long it looks for news; 0 publishes once. */
export const publishInput = z.strictObject({
  seconds: z.number().int().min(0).max(3600).default(0),
  requestedBy,
});
export type PublishInput = z.input<typeof publishInput>;

export interface PublishResult {
  /** Added to the log meanwhile, and how many it has. */
  readonly entries: number;
  readonly size: number;
  /** Posts that the page has taken. */
  readonly posts: number;
  /** Why nothing was posted last; null where it was. */
  readonly waits: string | null;
}
