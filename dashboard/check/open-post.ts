import { bytesToHex } from '@noble/hashes/utils.js';
import { preAuthBytes } from '../../shared/trust/pre-auth-encoding.js';
import { bytesOfBase64 } from '../../shared/trust/tlog/note-text.js';
import { isSignedBy, type WebKey } from './web-key.js';

/** What a DSSE envelope of the publisher holds, once its signature is known to be right. */
export interface OpenedPost {
  readonly payloadType: string;
  readonly payload: unknown;
  readonly payloadSha256: string;
}

export class BadPost extends Error {
  override readonly name = 'BadPost';
}

/** @throws BadPost unless it is an envelope with the one signature of one of these keys */
export async function openPost(bytes: Uint8Array, keys: readonly WebKey[]): Promise<OpenedPost> {
  const { payloadType, payload, signatures } = envelopeIn(bytes);
  const body = bytesOfBase64(payload);
  if (body === null) throw new BadPost('its payload is not base64');
  const [{ keyid, sig }] = signatures;
  const key = keys.find((one) => one.keyid === keyid);
  if (!key) throw new BadPost('it is not signed by a state key of this page');
  const signature = bytesOfBase64(sig);
  if (signature === null || !(await isSignedBy(key, preAuthBytes(payloadType, body), signature)))
    throw new BadPost('its signature is false');
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return { payloadType, payload: jsonIn(body), payloadSha256: bytesToHex(digest) };
}

interface Envelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly [{ readonly keyid: string; readonly sig: string }];
}

function envelopeIn(bytes: Uint8Array): Envelope {
  const value = jsonIn(bytes) as Partial<Envelope> | null;
  const [first, ...more] = Array.isArray(value?.signatures) ? value.signatures : [];
  const texts = [value?.payloadType, value?.payload, first?.keyid, first?.sig];
  if (more.length > 0 || texts.some((one) => typeof one !== 'string'))
    throw new BadPost('it is no DSSE envelope with one signature');
  return value as Envelope;
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new BadPost('it is not JSON in UTF-8');
  }
}
