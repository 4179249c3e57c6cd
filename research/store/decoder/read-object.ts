import type { Column } from '../column.js';
import type { ColumnChunk } from '../column-chunk.js';
import { type DecodedRows, openRemote, type RemoteObject } from './decoder-threads.js';
import { readByDuckdb } from './read-by-duckdb.js';
import { windowBytes, windowIn, windowRows } from './window.js';

/** Windows of an object that are decoded before they are used. */
const WINDOWS_AHEAD = 2;

/** Buffers of windows, passed on from object to object. */
export type SpareBuffers = ArrayBuffer[];

/** An object that a thread begins to decode at once. Must be closed. */
export class ObjectReader {
  private readonly places: number;
  private readonly remote: RemoteObject;
  private readonly ahead: Promise<DecodedRows | null>[] = [];

  constructor(
    private readonly file: string,
    private readonly columns: readonly Column[],
    private readonly spare: SpareBuffers,
  ) {
    this.places = windowRows(columns);
    this.remote = openRemote(file, columns, this.places);
    while (this.ahead.length < WINDOWS_AHEAD) this.ask();
  }

  /** Every row; what a chunk holds is gone when the next is asked for. @throws Failure 'UnreadableObject' */
  async *chunks(): AsyncGenerator<ColumnChunk> {
    for (;;) {
      const decoded = await this.ahead.shift()!;
      if (!decoded) {
        yield* readByDuckdb(this.file, this.columns);
        return;
      }
      const { buffer, rows, hasNulls } = decoded;
      if (rows > 0) yield this.chunkIn(buffer, rows, hasNulls);
      this.spare.push(buffer);
      if (rows < this.places) break;
      this.ask();
    }
    for (const rest of this.ahead) this.spare.push((await rest)!.buffer);
  }

  close(): void {
    this.remote.close();
  }

  private ask(): void {
    const buffer = this.spare.pop() ?? new ArrayBuffer(windowBytes(this.columns, this.places));
    const answer = this.remote.next(buffer);
    // A reader that stops early does not wait for it.
    answer.catch(() => {});
    this.ahead.push(answer);
  }

  private chunkIn(buffer: ArrayBuffer, rows: number, hasNulls: readonly boolean[]): ColumnChunk {
    const { values, valid } = windowIn(buffer, this.columns, this.places);
    return {
      rows,
      values: values.map((one) => one.subarray(0, rows)),
      valid: valid.map((one, i) => (hasNulls[i] ? one : null)),
    };
  }
}
