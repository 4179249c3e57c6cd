import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { z } from 'zod';
import { Failure, UsageFailure } from '../shared/failure.js';
import { createFile } from '../shared/node/disk/create-file.js';
import { lockFile } from '../shared/node/disk/file-lock.js';
import { replaceFile } from '../shared/node/disk/replace-file.js';
import { readPrivateFile } from '../shared/node/process/private-files.js';
import { BadKey } from '../shared/trust/ed25519-key.js';

const KEY_BYTES = 32;
/** So many may be in a file: one a month for twenty years. */
const KEYS_MAX = 256;
/** A rotation is noticed within this time by a process that only encrypts; one that decrypts looks at once. */
const LOOK_AGAIN_MS = 1000;

const base64 = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);
const storedKey = z
  .strictObject({ id: z.string(), createdUtc: z.iso.datetime(), key: base64 })
  .refine(({ id, key }) => id === keyIdOf(Buffer.from(key, 'base64')), 'the id is not that of this key');
const keyFile = z
  .strictObject({ v: z.literal(1), current: z.string(), keys: z.array(storedKey).min(1).max(KEYS_MAX) })
  .refine(({ keys }) => new Set(keys.map(({ id }) => id)).size === keys.length, 'a key is in it twice')
  .refine(({ current, keys }) => keys.some(({ id }) => id === current), 'the current key is not in it');

type KeyFile = z.infer<typeof keyFile>;

/** What may be shown of a key. */
export interface PayloadKeyFacts {
  readonly id: string;
  readonly createdUtc: string;
  readonly isCurrent: boolean;
}

/** An id follows from its key: two keys never share one, and a key under another's id is noticed when it is read. */
export function keyIdOf(key: Uint8Array): string {
  return createHash('sha256').update('believe payload key\0').update(key).digest('hex').slice(0, 16);
}

/** @throws UsageFailure where the file is there: what it encrypted would be lost with it */
export function makePayloadKeys(file: string, nowMs: number): PayloadKeyFacts[] {
  const key = newKey(nowMs);
  const keys: KeyFile = { v: 1, current: key.id, keys: [key] };
  if (!createFile(file, textOf(keys), 0o600))
    throw new UsageFailure(
      `${file} is there, and keys in it may be in use`,
      'for a new key: believe codec keys rotate',
    );
  return facts(keys);
}

/** A new key encrypts from now on; unless it is only to be brought to every machine first. Older ones stay readable. */
export async function addPayloadKey(file: string, nowMs: number, makeCurrent: boolean): Promise<PayloadKeyFacts[]> {
  return await change(file, ({ current, keys }) => {
    if (keys.length >= KEYS_MAX)
      throw new UsageFailure(`${file} has ${KEYS_MAX} keys`, 'take out those that no kept run was encrypted with');
    const key = newKey(nowMs);
    return { v: 1, current: makeCurrent ? key.id : current, keys: [...keys, key] };
  });
}

/** A key that is in the file encrypts from now on. */
export async function usePayloadKey(file: string, id: string): Promise<PayloadKeyFacts[]> {
  return await change(file, ({ keys }) => {
    if (!keys.some((key) => key.id === id))
      throw new UsageFailure(`${file} has no key ${id}`, 'see `believe codec keys show`');
    return { v: 1, current: id, keys };
  });
}

export function payloadKeyFacts(file: string): PayloadKeyFacts[] {
  return facts(read(file));
}

/**
 * The keys of a file as a process uses them. It looks again after a rotation; a file that it cannot read any more leaves it
 * with the keys that it has, so that a key file in other hands for a moment stops nothing. The next start refuses.
 */
export class PayloadKeys {
  private current: PayloadKey;
  private byId: ReadonlyMap<string, KeyObject>;
  private seen: string;
  private lookedMs: number;

  /** @throws Failure 'BadKey', 'KeyExposed' */
  constructor(
    readonly file: string,
    private readonly now: () => number = Date.now,
  ) {
    this.seen = stamp(file);
    ({ current: this.current, byId: this.byId } = usable(read(file)));
    this.lookedMs = now();
  }

  encrypting(): PayloadKey {
    if (this.now() - this.lookedMs >= LOOK_AGAIN_MS) this.lookAgain();
    return this.current;
  }

  find(id: string): KeyObject | undefined {
    if (!this.byId.has(id)) this.lookAgain();
    return this.byId.get(id);
  }

  private lookAgain(): void {
    this.lookedMs = this.now();
    const seen = stamp(this.file);
    if (seen === this.seen) return;
    try {
      ({ current: this.current, byId: this.byId } = usable(read(this.file)));
      this.seen = seen;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}

export interface PayloadKey {
  readonly id: string;
  readonly key: KeyObject;
}

function usable({ current, keys }: KeyFile) {
  const byId = new Map(keys.map(({ id, key }) => [id, createSecretKey(Buffer.from(key, 'base64'))] as const));
  return { current: { id: current, key: byId.get(current)! }, byId };
}

/** Changes with every replacement of the file. */
function stamp(file: string): string {
  try {
    const { ino, size, mtimeNs, mode } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${mode}`;
  } catch {
    return ''; // reading it says what is wrong
  }
}

function newKey(nowMs: number): KeyFile['keys'][number] {
  const key = randomBytes(KEY_BYTES);
  return { id: keyIdOf(key), createdUtc: new Date(nowMs).toISOString(), key: key.toString('base64') };
}

/** Of two changes at once one would lose the key that the other has just made, and with it what it encrypted. */
async function change(file: string, changed: (keys: KeyFile) => KeyFile): Promise<PayloadKeyFacts[]> {
  read(file); // where there is none, no lock is left behind
  const lock = await lockFile(`${file}.lock`);
  if (lock === null) throw new UsageFailure(`${file} is being changed by another process`, 'try again');
  try {
    const keys = changed(read(file));
    replaceFile(file, textOf(keys), 0o600);
    return facts(keys);
  } finally {
    lock.release();
  }
}

function textOf(keys: KeyFile): string {
  return `${JSON.stringify(keys, null, 2)}\n`;
}

function facts({ current, keys }: KeyFile): PayloadKeyFacts[] {
  return keys.map(({ id, createdUtc }) => ({ id, createdUtc, isCurrent: id === current }));
}

/** Of what is wrong it says where, and never what is written there. */
function read(file: string): KeyFile {
  const bytes = bytesOf(file);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badKey(file, 'is not JSON');
  }
  const parsed = keyFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path: place, message } = parsed.error.issues[0]!;
  throw badKey(file, `${place.length > 0 ? `${place.map(String).join('.')}: ` : ''}${message}`);
}

function bytesOf(file: string): Buffer {
  try {
    return readPrivateFile(file);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw badKey(file, missing ? 'there is no such file' : (error as Error).message);
  }
}

function badKey(file: string, what: string): BadKey {
  return new BadKey(
    `the payload keys in ${file}: ${what}`,
    'bring the file from where it was made or kept; for a first one: believe codec keys init',
  );
}
