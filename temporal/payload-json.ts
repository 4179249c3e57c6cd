import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { UsageFailure } from '../shared/failure.js';

/** One call of the Web UI or of `temporal` asks for a page of a history at most. */
const PAYLOADS_MAX = 10_000;
const METADATA_MAX = 32;

/** What protocol buffers write as JSON: standard base64, empty fields left out. */
const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'is not base64');
const payloadJson = z.object({
  metadata: z
    .record(z.string().max(256), base64)
    .refine((metadata) => Object.keys(metadata).length <= METADATA_MAX, 'has too many entries')
    .nullish(),
  data: base64.nullish(),
});
const payloadsJson = z.object({ payloads: z.array(payloadJson).max(PAYLOADS_MAX) });

/** `temporal.api.common.v1.Payloads` as JSON. @throws UsageFailure that says where it is wrong, and nothing of what is there */
export function payloadsFromJson(text: string): Payload[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageFailure('the request is not JSON');
  }
  const parsed = payloadsJson.safeParse(value);
  if (!parsed.success) {
    const { path } = parsed.error.issues[0]!;
    throw new UsageFailure(
      `the request is not {"payloads": [...]} of Temporal${path.length > 0 ? `: ${placeOf(path)}` : ''}`,
    );
  }
  return parsed.data.payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
    ),
    data: Buffer.from(data ?? '', 'base64'),
  }));
}

export function payloadsToJson(payloads: readonly Payload[]): string {
  const one = ({ metadata, data }: Payload) => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64Of(bytes)])),
    ...(data && data.length > 0 ? { data: base64Of(data) } : {}),
  });
  return JSON.stringify({ payloads: payloads.map(one) });
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/** Names of ours only: what else stands there came from outside. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' || /^(payloads|metadata|data)$/.test(String(part)) ? part : '?'))
    .join('.');
}
