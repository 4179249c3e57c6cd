import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { monthBefore } from '../../shared/orchestration/public/clicks-messages.js';
import { CLICKS_PAYLOAD_TYPE } from '../../shared/public-record/documents.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { clicksPage } from './clicks-page.js';
import { ask } from './post.js';
import { type ClicksReview, type MonthOfClicks, monthOfClicks, reviewOf } from './review-clicks.js';

/**
 * Reads a month's counts from the page, keeps them, and writes the report beside those before.
 * @throws PublishFailed where the page is not reached
 */
export async function writeMonthReport(of: {
  readonly url: string;
  readonly origin: string;
  readonly key: SigningKey;
  readonly folder: string;
  readonly month: string;
  readonly nowMs: number;
}): Promise<{ readonly review: ClicksReview; readonly file: string }> {
  const { url, origin, key, folder, month, nowMs } = of;
  const at = (name: string) => path.join(folder, name);
  const request = { v: 1, kind: 'clicks', origin, month, at: new Date(nowMs).toISOString() };
  const signed = { payloadType: CLICKS_PAYLOAD_TYPE, payload: request, key };
  const counts = await ask(url, '/clicks/month', signed, monthOfClicks);
  makeFolder(folder);
  replaceFile(at(`${month}.counts.json`), `${JSON.stringify(counts)}\n`);
  const before = monthBefore(Date.parse(`${month}-15`));
  const review = reviewOf(counts, kept(at(`${before}.counts.json`)));
  replaceFile(at(`${month}.html`), clicksPage(review));
  replaceFile(at(`${month}.json`), `${JSON.stringify(review)}\n`);
  return { review, file: at(`${month}.html`) };
}

function kept(file: string): MonthOfClicks | null {
  return existsSync(file) ? (monthOfClicks.safeParse(jsonOrUndefined(readFileSync(file, 'utf8'))).data ?? null) : null;
}
