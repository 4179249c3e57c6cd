import { createHash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type * as S3 from '@aws-sdk/client-s3';
import type { S3Config } from '../../../shared/config/store.js';
import { asBucketFailure, conditionFailed, isTransient, notFound } from './bucket-failure.js';

/** What the bucket has under a name. */
export interface BucketEntry {
  /** From the prefix on. */
  readonly name: string;
  readonly bytes: number;
  /** Changes with the bytes; what it is made of is the server's affair. */
  readonly etag: string;
  /** By the server's clock, ms since the epoch, whole seconds. */
  readonly modifiedMs: number;
}

const ATTEMPTS_MAX = 4;
const PAUSE_MS = 200;
const CONNECT_TIMEOUT_MS = 5000;
/** Two that create one name at the same moment: a server may ask the loser to try again. */
const CONFLICT = 409;

const OPENED = new Map<string, Promise<Bucket>>();

/** Other keys in the environment make another client. */
function keyOf(config: S3Config): string {
  const keys = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'));
  return createHash('sha256')
    .update(JSON.stringify([config, keys.sort()]))
    .digest('hex');
}

/**
 * A bucket of S3 storage, or a part of one. Whatever is put is put by one request: the server takes it whole, with the sha256 that it
 * must have, or not at all, so that no part of an object is ever under its name.
 * @throws every call: Failure BucketAway where it cannot be reached or does not answer in time, after four attempts; BucketRefused
 */
export class Bucket {
  private constructor(
    /** For people. */
    readonly place: string,
    private readonly config: S3Config,
    private readonly client: S3.S3Client,
    private readonly s3: typeof S3,
  ) {}

  /**
   * Connects to nothing yet. Credentials are those of the environment or of the AWS tools' files, and are read when first needed. One
   * process that opens a bucket again has the same connections.
   */
  static open(config: S3Config): Promise<Bucket> {
    const key = keyOf(config);
    const opened = OPENED.get(key) ?? Bucket.connect(config);
    OPENED.set(key, opened);
    return opened;
  }

  private static async connect(config: S3Config): Promise<Bucket> {
    // A quarter of a second, and tens of MB: only where there is a bucket.
    const s3 = await import('@aws-sdk/client-s3');
    const client = new s3.S3Client({
      ...(config.endpoint === null ? {} : { endpoint: config.endpoint }),
      region: config.region,
      forcePathStyle: config.pathStyle,
      maxAttempts: 1,
      // Our own sha256 is sent, and compared by name; servers that know no other checksum would refuse one.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS },
    });
    const folder = [config.bucket, config.prefix].filter((part) => part !== '').join('/');
    return new Bucket(`s3://${folder}${config.endpoint === null ? '' : ` at ${config.endpoint}`}`, config, client, s3);
  }

  /** @returns the new etag; null where `ifAbsent` and there is one of that name */
  async put(name: string, bytes: Buffer, { ifAbsent = false } = {}): Promise<string | null> {
    const ask = {
      ...this.key(name),
      Body: bytes,
      ContentLength: bytes.length,
      ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
      ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
    };
    return await this.attempt(`put ${name}`, async (abortSignal) => {
      try {
        const { ETag } = await this.client.send(new this.s3.PutObjectCommand(ask), { abortSignal });
        return ETag ?? '';
      } catch (error) {
        if (ifAbsent && conditionFailed(error)) return null;
        throw error;
      }
    });
  }

  /** The whole of it, in memory; null where there is none. */
  async get(name: string): Promise<{ readonly bytes: Buffer; readonly etag: string } | null> {
    return await this.attempt(`get ${name}`, async (abortSignal) => {
      try {
        const { Body, ContentLength, ETag } = await this.client.send(new this.s3.GetObjectCommand(this.key(name)), {
          abortSignal,
        });
        const bytes = await buffer(addAbortSignal(abortSignal, Body as Readable));
        if (ContentLength !== undefined && bytes.length !== ContentLength)
          throw Object.assign(new Error(`the answer ended after ${bytes.length} of ${ContentLength} bytes`), {
            code: 'ECONNRESET',
          });
        return { bytes, etag: ETag ?? '' };
      } catch (error) {
        if (notFound(error)) return null;
        throw error;
      }
    });
  }

  /** What there is under a name; null where there is nothing. */
  async look(name: string): Promise<BucketEntry | null> {
    return await this.attempt(`look at ${name}`, async (abortSignal) => {
      try {
        const found = await this.client.send(new this.s3.HeadObjectCommand(this.key(name)), { abortSignal });
        const modifiedMs = found.LastModified?.getTime() ?? 0;
        return { name, bytes: found.ContentLength ?? 0, etag: found.ETag ?? '', modifiedMs };
      } catch (error) {
        if (notFound(error)) return null;
        throw error;
      }
    });
  }

  /** Everything whose name begins so, in the order of names. */
  async *list(beginning: string): AsyncGenerator<BucketEntry> {
    const { Bucket: bucket, Key: prefix } = this.key(beginning);
    const skip = prefix.length - beginning.length;
    let token: string | undefined;
    do {
      const ask = { Bucket: bucket, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) };
      const page = await this.attempt(`list ${beginning || 'everything'}`, (abortSignal) =>
        this.client.send(new this.s3.ListObjectsV2Command(ask), { abortSignal }),
      );
      for (const { Key = '', Size = 0, ETag = '', LastModified } of page.Contents ?? [])
        yield { name: Key.slice(skip), bytes: Size, etag: ETag, modifiedMs: LastModified?.getTime() ?? 0 };
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async remove(name: string): Promise<void> {
    await this.attempt(`remove ${name}`, (abortSignal) =>
      this.client.send(new this.s3.DeleteObjectCommand(this.key(name)), { abortSignal }),
    );
  }

  /** Now, by the clock that the server dates what is put with: the clocks of hosts may differ. */
  async nowMs(): Promise<number> {
    await this.put('clock', Buffer.from('what time the server has\n'));
    return (await this.look('clock'))?.modifiedMs ?? Date.now();
  }

  private key(name: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.config;
    return { Bucket: bucket, Key: prefix === '' ? name : `${prefix}/${name}` };
  }

  private async attempt<T>(doing: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(AbortSignal.timeout(this.config.timeoutSeconds * 1000));
      } catch (error) {
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (attempt >= ATTEMPTS_MAX || !(isTransient(error) || status === CONFLICT))
          throw asBucketFailure(error, this.place, doing);
        await pause(PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
      }
    }
  }
}
