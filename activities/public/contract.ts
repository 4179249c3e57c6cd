import type { PublishResult } from '../../shared/orchestration/public/messages.js';

export interface ReadClicks {
  readonly clicks: number;
  readonly flags: readonly string[];
  /** Where the report lies. */
  readonly file: string;
}

/** Steps of the process that holds the state key. */
export interface PublicActivities {
  /** Commits to what is new and posts it, again and again for some time. @throws PublishFailed, which is tried again */
  publishRecord(ask: { readonly seconds: number }): Promise<PublishResult>;
  /** Reads a month's clicks from the page and writes the report. @throws PublishFailed, which is tried again */
  readClicks(ask: { readonly month: string }): Promise<ReadClicks>;
}
