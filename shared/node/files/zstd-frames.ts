import { pipeline } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';

/** The stream ends within a frame, or something else follows one. Damage within is what zlib itself reports. */
export class BadZstdFrame extends Error {}

const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

/** A stream may begin with a frame that only tools read (pzstd does). @param magic the first four bytes, little-endian */
export function isZstd(magic: number): boolean {
  return magic === ZSTD_MAGIC || isSkippable(magic);
}

// Its last four bits are for tools.
const isSkippable = (magic: number) => (magic & ~0xf) === SKIPPABLE_MAGIC;

/**
 * Unpacks every frame of a zstd stream. Zlib's own stream ends with the first frame and keeps silent about what follows, and
 * before Node 24 also about a frame that is cut off: so frames are told apart here, and each is unpacked by a stream of its own.
 * @throws BadZstdFrame; zlib's error where a frame is damaged or its checksum differs
 */
export async function* unpackZstdFrames(
  packed: AsyncIterable<Uint8Array>,
  chunkBytes: number,
): AsyncGenerator<Uint8Array> {
  const rest = new Rest(packed[Symbol.asyncIterator]());
  while (!(await rest.isEmpty())) {
    const frame = new Frame();
    const unpacked = createZstdDecompress({ chunkSize: chunkBytes });
    yield* pipeline(bytesOf(frame, rest), unpacked, () => undefined) as AsyncIterable<Uint8Array>;
  }
}

async function* bytesOf(frame: Frame, rest: Rest): AsyncGenerator<Uint8Array> {
  while (!frame.isOver) {
    if (await rest.isEmpty()) throw new BadZstdFrame('is cut off');
    yield rest.take((chunk) => frame.follow(chunk));
  }
}

/** What has not been taken yet of chunks that come one by one. */
class Rest {
  private chunk: Uint8Array = new Uint8Array(0);

  constructor(private readonly chunks: AsyncIterator<Uint8Array>) {}

  async isEmpty(): Promise<boolean> {
    while (this.chunk.length === 0) {
      const next = await this.chunks.next();
      if (next.done) return true;
      this.chunk = next.value;
    }
    return false;
  }

  take(count: (chunk: Uint8Array) => number): Uint8Array {
    const bytes = count(this.chunk);
    const taken = this.chunk.subarray(0, bytes);
    this.chunk = this.chunk.subarray(bytes);
    return taken;
  }
}

const MAGIC_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const RLE_BLOCK = 1;

/** Follows the bytes of one frame to its end by the sizes that its headers state (RFC 8878, section 3.1). */
class Frame {
  isOver = false;

  private readonly field = new Uint8Array(4);
  private fieldBytes = 0;
  private wantedBytes = MAGIC_BYTES;
  private read: () => void = this.readMagic;
  private passBytes = 0;
  private hasChecksum = false;

  /** @returns how many of these bytes are the frame's: fewer than there are where it ends */
  follow(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length && !this.isOver) {
      const passed = Math.min(this.passBytes, chunk.length - at);
      at += passed;
      this.passBytes -= passed;
      if (this.passBytes > 0) break;
      if (this.wantedBytes === 0) this.isOver = true;
      else if (at < chunk.length) this.field[this.fieldBytes++] = chunk[at++]!;
      if (this.wantedBytes > 0 && this.fieldBytes === this.wantedBytes) this.readField();
    }
    return at;
  }

  private readField(): void {
    this.fieldBytes = 0;
    this.read();
    // Nothing to pass, and nothing to read after it: the frame ends with this very byte.
    if (this.wantedBytes === 0 && this.passBytes === 0) this.isOver = true;
  }

  private expect(bytes: number, read: () => void): void {
    this.wantedBytes = bytes;
    this.read = read;
  }

  private readonly number = (bytes: number) =>
    this.field.subarray(0, bytes).reduceRight((value, byte) => value * 256 + byte, 0);

  private readMagic(): void {
    const magic = this.number(MAGIC_BYTES);
    if (magic === ZSTD_MAGIC) this.expect(1, this.readDescriptor);
    else if (isSkippable(magic)) this.expect(4, this.readSkippableSize);
    else throw new BadZstdFrame('is followed by something else');
  }

  private readSkippableSize(): void {
    this.passBytes = this.number(4);
    this.wantedBytes = 0;
  }

  private readDescriptor(): void {
    const descriptor = this.field[0]!;
    const isSingleSegment = (descriptor & 0x20) !== 0;
    this.hasChecksum = (descriptor & 0x04) !== 0;
    const windowBytes = isSingleSegment ? 0 : 1;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03]!;
    const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    this.passBytes = windowBytes + dictionaryBytes + contentSizeBytes;
    this.expect(BLOCK_HEADER_BYTES, this.readBlockHeader);
  }

  private readBlockHeader(): void {
    const header = this.number(BLOCK_HEADER_BYTES);
    const isLast = (header & 1) !== 0;
    const type = (header >> 1) & 3;
    this.passBytes = type === RLE_BLOCK ? 1 : header >> 3;
    if (!isLast) return;
    if (this.hasChecksum) this.passBytes += CHECKSUM_BYTES;
    this.wantedBytes = 0;
  }
}
