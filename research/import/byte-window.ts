import { type ByteSource, openByteSource } from '../../shared/node/files/byte-source.js';

const WINDOW_BYTES = 1 << 20;

/** A window that slides over the unpacked bytes of a file: `bytes` from `start` to `end` can be looked at. */
export class ByteWindow {
  readonly bytes = Buffer.alloc(WINDOW_BYTES);
  start = 0;
  end = 0;
  /** Where `bytes[start]` lies in the unpacked file. */
  offset: number;

  private constructor(
    private readonly source: ByteSource,
    fromByte: number,
  ) {
    this.offset = fromByte;
  }

  /** @throws BadInput */
  static async open(file: string, fromByte = 0): Promise<ByteWindow> {
    return new ByteWindow(await openByteSource(file, fromByte), fromByte);
  }

  get held(): number {
    return this.end - this.start;
  }

  /** Goes on by `count` of the bytes held. */
  skip(count: number): void {
    this.start += count;
    this.offset += count;
  }

  /** Reads more behind what is held. @returns false at the end of the file */
  async more(): Promise<boolean> {
    this.bytes.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
    if (this.end === this.bytes.length) throw new RangeError('the window is full: skip what was used');
    const read = await this.source.readInto(this.bytes, this.end);
    this.end += read;
    return read > 0;
  }

  /** Holds at least `count` bytes, unless the file ends before. @param count at most a megabyte */
  async need(count: number): Promise<boolean> {
    while (this.held < count) if (!(await this.more())) return false;
    return true;
  }

  async close(): Promise<void> {
    await this.source.close();
  }
}
