import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { Failure } from '../shared/failure.js';
import type { PayloadKeys } from './payload-keys.js';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** What an encrypted payload is labelled with; nothing else may be. */
const ENCODING = 'encoding';
const KEY_ID = 'encryption-key-id';
const VERSION = 'encryption-version';
const ENCRYPTED = 'binary/encrypted';
const VERSION_1 = '1';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts whole payloads, with what they say of themselves, before they leave this process: AES-256-GCM under the current key, and
 * the labels outside are authenticated with them. Data of an encrypted payload: nonce, ciphertext, tag. Payloads that nobody has
 * encrypted are read as they are, because runs go on that began without, unless encryption is required.
 */
export class EncryptingCodec implements PayloadCodec {
  constructor(
    private readonly keys: PayloadKeys,
    private readonly isRequired: boolean,
  ) {}

  async encode(payloads: Payload[]): Promise<Payload[]> {
    if (payloads.length === 0) return [];
    const { id, key } = this.keys.encrypting();
    return payloads.map((payload) => sealed(payload, id, key));
  }

  /** @throws Failure 'PayloadUnreadable' */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.opened(payload));
  }

  private opened(payload: Payload): Payload {
    const labels = labelsOf(payload);
    if (!isLabelledEncrypted(labels)) {
      if (this.isRequired) throw unreadable('is not encrypted, and temporal.encryption.required asks for it');
      return payload;
    }
    const id = keyIdIn(labels);
    const key = this.keys.find(id);
    if (key === undefined) throw unreadable(`needs key ${id}, which is not in ${this.keys.file}`, { keyId: id });
    return openedWith(key, id, payload.data ?? new Uint8Array());
  }
}

function sealed(payload: Payload, id: string, key: KeyObject): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(boundLabels(id));
  const inside = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(inside), cipher.final(), cipher.getAuthTag()]);
  const metadata = { [ENCODING]: bytes(ENCRYPTED), [KEY_ID]: bytes(id), [VERSION]: bytes(VERSION_1) };
  return { metadata, data };
}

function openedWith(key: KeyObject, id: string, data: Uint8Array): Payload {
  if (data.length < NONCE_BYTES + TAG_BYTES) throw unreadable('is cut off', { keyId: id });
  const tagAt = data.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(boundLabels(id))
    .setAuthTag(data.subarray(tagAt));
  try {
    const inside = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
    const { metadata, data: plain, ...rest } = PayloadMessage.decode(inside);
    return { ...rest, metadata, data: plain };
  } catch {
    throw unreadable('was changed after it was encrypted', { keyId: id });
  }
}

/** Whatever wears one of our labels is taken for ours: a payload is not made plain by taking its label off. */
function isLabelledEncrypted(labels: ReadonlyMap<string, string>): boolean {
  return labels.get(ENCODING) === ENCRYPTED || labels.has(KEY_ID) || labels.has(VERSION);
}

function keyIdIn(labels: ReadonlyMap<string, string>): string {
  const id = labels.get(KEY_ID) ?? '';
  if (labels.get(ENCODING) !== ENCRYPTED || labels.size !== 3 || !/^[0-9a-f]{16}$/.test(id))
    throw unreadable('has other labels than it was encrypted with');
  if (labels.get(VERSION) !== VERSION_1) throw unreadable('is of a version that this program does not know');
  return id;
}

function labelsOf({ metadata }: Payload): Map<string, string> {
  return new Map(Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));
}

/** Authenticated with the ciphertext: it opens under these labels only. */
function boundLabels(id: string): Uint8Array {
  return bytes(JSON.stringify(['believe payload', VERSION_1, ENCRYPTED, id]));
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

function unreadable(what: string, details: Readonly<Record<string, unknown>> = {}): Failure {
  return new Failure(
    'PayloadUnreadable',
    `a payload from the Temporal server ${what}`,
    'docs/temporal.md, "A payload that cannot be read"',
    details,
  );
}
