import { appendFileSync, existsSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { EPOCH_US, type SierraLayout } from '../../shared/market/sierra/sierra-file.js';

const RECORDS_KEPT = 256;

/** A file of Sierra Chart's that is appended to: records are collected, and written together. */
export class RecordFile {
  private bytes: Buffer;
  private length = 0;

  /** Goes on behind the last whole record of a file that is there. */
  constructor(
    readonly path: string,
    private readonly layout: SierraLayout,
  ) {
    this.bytes = Buffer.alloc(RECORDS_KEPT * layout.recordBytes);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) appendFileSync(path, headerOf(layout));
    const { size } = statSync(path);
    truncateSync(path, size - ((size - layout.headerBytes) % layout.recordBytes));
  }

  /** A new record, its time written, all else 0. @returns where it begins in `bytes` */
  add(us: number): { readonly bytes: Buffer; readonly at: number } {
    const { recordBytes } = this.layout;
    if (this.length === this.bytes.length) this.bytes = Buffer.concat([this.bytes, Buffer.alloc(this.bytes.length)]);
    const at = this.length;
    this.length += recordBytes;
    this.bytes.fill(0, at, this.length);
    this.bytes.writeBigInt64LE(BigInt(us + EPOCH_US), at);
    return { bytes: this.bytes, at };
  }

  flush(): void {
    if (this.length === 0) return;
    appendFileSync(this.path, this.bytes.subarray(0, this.length));
    this.length = 0;
  }
}

/** In both kinds of files the number of the layout lies behind the sizes. */
const VERSION = 1;

function headerOf({ magic, headerBytes, recordBytes }: SierraLayout): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write(magic, 'latin1');
  header.writeUInt32LE(headerBytes, 4);
  header.writeUInt32LE(recordBytes, 8);
  header.writeUInt16LE(VERSION, 12);
  return header;
}
