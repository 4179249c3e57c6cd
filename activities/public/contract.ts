import type { PublishResult } from '../../shared/orchestration/public/messages.js';

/** Steps of the process that holds the state key. */
export interface PublicActivities {
  /** Commits to what is new and posts it, again and again for some time. @throws PublishFailed, which is tried again */
  publishRecord(ask: { readonly seconds: number }): Promise<PublishResult>;
}
