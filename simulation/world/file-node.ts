/** A file's bytes: what programs read, and what a power cut would leave. */
export class FileNode {
  readonly kind = 'file';
  mtimeMs: number;
  links = 1;
  private bytes: Buffer = Buffer.alloc(0);
  private used = 0;
  /** What the last fsync has made durable: the first bytes of the present ones, unless they were written over since. */
  private durableBytes = 0;
  private before: Buffer | null = null;
  /** What a program was told is durable; after a power cut more than that may be there. */
  private acknowledgedBytes = 0;

  constructor(
    readonly ino: number,
    nowMs: number,
    readonly mode = 0o644,
  ) {
    this.mtimeMs = nowMs;
  }

  /** A file that is durable from the beginning. The bytes are shared until they change. */
  static holding(ino: number, nowMs: number, bytes: Buffer): FileNode {
    const file = new FileNode(ino, nowMs);
    file.bytes = bytes;
    file.used = bytes.length;
    file.durableBytes = bytes.length;
    file.acknowledgedBytes = bytes.length;
    return file;
  }

  get size(): number {
    return this.used;
  }

  get acknowledgedSize(): number {
    return this.acknowledgedBytes;
  }

  get isDirty(): boolean {
    return this.before !== null || this.durableBytes !== this.used;
  }

  /** A view of the present contents. */
  contents(): Buffer {
    return this.bytes.subarray(0, this.used);
  }

  read(target: Uint8Array, offset: number, length: number, position: number): number {
    const count = Math.max(0, Math.min(length, this.used - position));
    target.set(this.bytes.subarray(position, position + count), offset);
    return count;
  }

  write(source: Uint8Array, position: number, nowMs: number): void {
    if (position < this.durableBytes) this.keepDurable();
    this.grow(Math.max(this.used, position + source.length));
    if (position > this.used) this.bytes.fill(0, this.used, position);
    this.bytes.set(source, position);
    this.used = Math.max(this.used, position + source.length);
    this.mtimeMs = nowMs;
  }

  truncate(size: number, nowMs: number): void {
    if (size < this.durableBytes) this.keepDurable();
    this.grow(size);
    if (size > this.used) this.bytes.fill(0, this.used, size);
    this.used = size;
    this.mtimeMs = nowMs;
  }

  sync(): void {
    this.settle();
    this.acknowledgedBytes = this.used;
  }

  /** The power is gone: of what was appended since the last fsync, the first `share` is left; writing over is undone. */
  cutPower(share: number): void {
    if (this.before) {
      this.bytes = this.before;
      this.used = this.before.length;
    } else this.used = this.durableBytes + Math.floor((this.used - this.durableBytes) * share);
    this.settle();
  }

  private settle(): void {
    this.before = null;
    this.durableBytes = this.used;
  }

  private keepDurable(): void {
    this.before ??= Buffer.from(this.bytes.subarray(0, this.durableBytes));
    this.bytes = Buffer.from(this.bytes);
    this.durableBytes = 0;
  }

  private grow(size: number): void {
    if (size <= this.bytes.length) return;
    const bytes = Buffer.alloc(Math.max(size, 2 * this.bytes.length, 256));
    this.bytes.copy(bytes, 0, 0, this.used);
    this.bytes = bytes;
  }
}

export class FolderNode {
  readonly kind = 'folder';
  readonly entries = new Map<string, FileNode | FolderNode>();
  mtimeMs: number;

  constructor(
    readonly ino: number,
    nowMs: number,
  ) {
    this.mtimeMs = nowMs;
  }
}
