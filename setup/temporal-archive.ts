import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { extract as extractTar } from 'tar-stream';
import { Failure } from '../shared/failure.js';
import { fileSha256 } from './file-sha256.js';
import { programFile } from './find-on-path.js';
import { PinMismatch } from './pin-mismatch.js';
import type { Progress } from './progress.js';
import { TEMPORAL_PIN } from './temporal-version.js';

/** An archive of the project's own releases. */
export interface TemporalArchive {
  readonly url: string;
  readonly sha256: string;
}

const RELEASE = `https://github.com/temporalio/cli/releases/download/v${TEMPORAL_PIN.version}`;
/** sha256 of the archives of this version, by platform as Node names it. Elsewhere it is built from source. */
const SHA256: Readonly<Record<string, readonly [name: string, sha256: string]>> = {
  'linux-x64': ['linux_amd64', 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d'],
  'linux-arm64': ['linux_arm64', 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5'],
  'darwin-x64': ['darwin_amd64', 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9'],
  'darwin-arm64': ['darwin_arm64', 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415'],
};

/** The pinned archive for a platform; undefined where none is pinned. */
export function temporalArchive(platform = `${process.platform}-${process.arch}`): TemporalArchive | undefined {
  const pin = SHA256[platform];
  return pin && { url: `${RELEASE}/temporal_cli_${TEMPORAL_PIN.version}_${pin[0]}.tar.gz`, sha256: pin[1] };
}

/** A connection that has brought no byte by then is blocked: a proxy that swallows packets, for instance. */
const FIRST_BYTE_LIMIT_MS = 15_000;
const TIME_LIMIT_MS = 5 * 60_000;
/** Several times what the archive has. */
const ARCHIVE_BYTES_MAX = 2 ** 29;

/**
 * Downloads the pinned archive into `folder`, compares its sha256 before anything is unpacked, and returns the path of the
 * program.
 * @throws PinMismatch; Failure `TemporalNotObtained`, within seconds where there is no network
 */
export async function downloadTemporal(
  folder: string,
  progress: Progress,
  archive: TemporalArchive | undefined,
): Promise<string> {
  if (archive === undefined)
    throw new Failure('TemporalNotObtained', `there is no pinned archive for ${process.platform} on ${process.arch}`);
  progress(`downloading temporal ${TEMPORAL_PIN.version} (once) ...`);
  const file = path.join(folder, 'temporal.tar.gz');
  await download(archive.url, file).catch((error: unknown) => {
    throw error instanceof Failure ? error : notWorked(error as Error);
  });
  const found = (await fileSha256(file))!;
  if (found !== archive.sha256)
    throw new PinMismatch(
      archive.url,
      archive.sha256,
      found,
      'find out who changed it; name a temporal of your own in BELIEVE_TEMPORAL meanwhile',
    );
  return await unpack(file, folder);
}

async function download(url: string, file: string): Promise<void> {
  const stop = new AbortController();
  const blocked = setTimeout(() => stop.abort(new Error('no answer')), FIRST_BYTE_LIMIT_MS);
  const limit = setTimeout(() => stop.abort(new Error('it took too long')), TIME_LIMIT_MS);
  try {
    const response = await fetch(url, { signal: stop.signal });
    clearTimeout(blocked);
    if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
    let bytes = 0;
    const bounded = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > ARCHIVE_BYTES_MAX) throw new Error(`it sends more than ${ARCHIVE_BYTES_MAX} bytes`);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), bounded, createWriteStream(file));
  } finally {
    clearTimeout(blocked);
    clearTimeout(limit);
  }
}

function notWorked(error: Error): Failure {
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  return new Failure('TemporalNotObtained', `the download did not work: ${cause}`);
}

/** The one file that is wanted, whatever else is in the archive. */
async function unpack(archive: string, folder: string): Promise<string> {
  const program = programFile('temporal');
  const target = path.join(folder, program);
  const entries = extractTar();
  const reading = pipeline(createReadStream(archive), createGunzip(), entries);
  reading.catch(() => undefined); // the loop below meets it first
  for await (const entry of entries) {
    if (entry.header.name === program && entry.header.type === 'file') {
      await pipeline(entry, createWriteStream(target, { mode: 0o755 }));
      entries.destroy();
      return target;
    }
    entry.resume();
    await once(entry, 'end');
  }
  throw new Failure('TemporalNotObtained', `the archive holds no ${program}`);
}
