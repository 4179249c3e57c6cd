import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { monthBefore } from '../../shared/orchestration/public/clicks-messages.js';
import { CLICKS_PAYLOAD_TYPE } from '../../shared/public-record/documents.js';
import { encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { clicksPage } from './clicks-page.js';
import { PublishFailed } from './post.js';
import { type ClicksReview, type MonthOfClicks, monthOfClicks, reviewOf } from './review-clicks.js';

const ANSWER_MS = 15_000;

/**
 * Reads a month's counts from the page, keeps them, and writes the report beside those before.
 * @throws PublishFailed where the page is not reached
 */
export async function writeMonthReport(ask: {
  readonly url: string;
  readonly origin: string;
  readonly key: SigningKey;
  readonly folder: string;
  readonly month: string;
  readonly nowMs: number;
}): Promise<{ readonly review: ClicksReview; readonly file: string }> {
  const { folder, month } = ask;
  const at = (name: string) => path.join(folder, name);
  const counts = await countsOf(ask);
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

async function countsOf({
  url,
  origin,
  key,
  month,
  nowMs,
}: Parameters<typeof writeMonthReport>[0]): Promise<MonthOfClicks> {
  const request = { v: 1, kind: 'clicks', origin, month, at: new Date(nowMs).toISOString() };
  const body = encodeEnvelope(signEnvelope(CLICKS_PAYLOAD_TYPE, Buffer.from(JSON.stringify(request)), [key]));
  try {
    const answer = await fetch(`${url}/clicks/month`, {
      ...{ method: 'POST', body: Buffer.from(body), redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) },
    });
    return monthOfClicks.parse(await answer.json());
  } catch (error) {
    throw new PublishFailed(url, `tells no clicks: ${(error as Error).message.slice(0, 200)}`);
  }
}
