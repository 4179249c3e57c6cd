import { createHash } from 'node:crypto';
import type { LineMark } from '../../contract/batch.js';
import { firstMark } from '../../contract/line-mark.js';

/** Of the beginning and the end of what passes: far more than the lines that have to be looked at for their marks. */
const EDGE_BYTES = 64 * 1024;
const LF = 10;

export interface Metered {
  readonly size: number;
  readonly sha256: string;
  readonly rows: number;
  readonly first: LineMark;
  readonly last: LineMark;
  /** The last byte was a LF. */
  readonly isWhole: boolean;
}

/** Counts and hashes lines that pass by, in memory that does not grow. Broker and receiver come to the same by it. */
export class LineMeter {
  private readonly hash = createHash('sha256');
  private size = 0;
  private rows = 0;
  private head = Buffer.alloc(0);
  private tail = Buffer.alloc(0);

  take(chunk: Buffer): void {
    this.hash.update(chunk);
    this.size += chunk.length;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) this.rows++;
    if (this.head.length < EDGE_BYTES)
      this.head = Buffer.concat([this.head, chunk.subarray(0, EDGE_BYTES - this.head.length)]);
    this.tail = Buffer.concat([this.tail, chunk.subarray(-EDGE_BYTES)]).subarray(-EDGE_BYTES);
  }

  finish(): Metered {
    const isWhole = this.tail.at(-1) === LF;
    return {
      size: this.size,
      sha256: this.hash.digest('hex'),
      rows: this.rows,
      first: firstMark(linesOf(this.head)),
      // Where the edge begins within a line, its rest is no line of ours and says nothing.
      last: firstMark(linesOf(this.tail).reverse()),
      isWhole,
    };
  }
}

function linesOf(bytes: Buffer): string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
