import type { z } from 'zod';
import { Failure } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { type IngestAnswer, ingestAnswer } from '../../shared/public-record/documents.js';
import { encodeEnvelope, signEnvelope } from '../../shared/trust/dsse.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';

const ANSWER_MS = 15_000;

/** Signs a document and posts it. @returns what the page answers @throws PublishFailed where it cannot be reached */
export async function post(url: string, payloadType: string, payload: object, key: SigningKey): Promise<IngestAnswer> {
  return await ask(url, '/ingest', { payloadType, payload, key }, ingestAnswer);
}

/** Signs what the page is asked, and reads its answer. @throws PublishFailed where it cannot be reached, or answers otherwise */
export async function ask<T>(
  url: string,
  path: string,
  { payloadType, payload, key }: { readonly payloadType: string; readonly payload: object; readonly key: SigningKey },
  answer: z.ZodType<T>,
): Promise<T> {
  const body = encodeEnvelope(signEnvelope(payloadType, Buffer.from(JSON.stringify(payload)), [key]));
  let text: string;
  try {
    const response = await fetch(`${url}${path}`, {
      ...{ method: 'POST', body: Buffer.from(body), headers: { 'content-type': 'application/json' } },
      ...{ signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' },
    });
    text = await response.text();
  } catch (error) {
    throw new PublishFailed(
      url,
      `is not reached: ${((error as Error).cause as Error | undefined)?.message ?? (error as Error).message}`,
    );
  }
  const parsed = answer.safeParse(jsonOrUndefined(text));
  if (!parsed.success) throw new PublishFailed(url, `does not answer as the page does: ${text.slice(0, 200)}`);
  return parsed.data;
}

export class PublishFailed extends Failure {
  constructor(url: string, why: string) {
    super('PublishFailed', `the public page ${url} ${why}`, 'nothing is lost: the next run publishes it', { url });
  }
}
