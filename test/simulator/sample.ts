import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sampleFile } from '../../setup/sample-data.js';

/** The real ten-level ES book of 2019-08-29. */
export const ES_SAMPLE = sampleFile('es-depth/ESU9-20190829.depth.jsonl.gz');

export interface DepthOperation {
  op: number;
  side: number;
  position: number;
  price: number;
  size: number;
}

export interface SampleTrade {
  price: number;
  size: number;
  aggressor: 'buy' | 'sell' | null;
}

/** The sample's lines, read without any of the product's code. */
export function readSample() {
  const lines = gunzipSync(readFileSync(ES_SAMPLE))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string } & DepthOperation & SampleTrade)
    .slice(1);
  return {
    lines,
    depth: lines.filter((line) => line.kind === 'depth') as DepthOperation[],
    trades: lines.filter((line) => line.kind === 'trade') as SampleTrade[],
    events: lines.length,
  };
}

/** One side of a book as [price, size] rows. */
export type Rows = [price: number, size: number][];

/** The obvious book: insert and delete splice a list, what falls off its end is gone. Sides: 0 ask, 1 bid. */
export class SpliceBook {
  readonly sides: [Rows, Rows] = [[], []];

  constructor(readonly rows: number) {}

  apply({ op, side, position, price, size }: DepthOperation): void {
    const list = this.sides[side as 0 | 1];
    if (op === 0) list.splice(position, 0, [price, size]);
    else if (op === 1) list[position] = [price, size];
    else list.splice(position, 1);
    if (list.length > this.rows) list.length = this.rows;
  }

  clear(): void {
    this.sides[0].length = 0;
    this.sides[1].length = 0;
  }

  top(rows: number): [Rows, Rows] {
    return [this.sides[0].slice(0, rows), this.sides[1].slice(0, rows)];
  }
}
