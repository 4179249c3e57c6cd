import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { textLines } from '../../research/import/text-lines.js';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { Book } from '../../shared/market/book/book.js';
import { type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';

const run = promisify(execFile);
const C_SOURCE = fileURLToPath(new URL('../peers/depth_parser.c', import.meta.url));

/** Small enough for a batch to stay in the second-level cache. */
const BATCH_EVENTS = 4096;

export interface ParseRun {
  readonly events: number;
  readonly seconds: number;
  /** Over the best bid and ask after every event: two readers that agree on it have kept the same book. */
  readonly checksum: number;
}

/** Ours: the scanner and the book of the product. */
export async function parseByScanner(file: string): Promise<ParseRun> {
  const startMs = performance.now();
  const opened = await openDepthFile(file, { batchEvents: BATCH_EVENTS });
  const book = new Book();
  let [events, checksum] = [0, 0];
  for await (const batch of opened.batches()) {
    checksum += followBatch(book, batch);
    events += batch.length;
  }
  return { events, seconds: (performance.now() - startMs) / 1000, checksum };
}

/** @returns the sum over the touch after every event */
function followBatch(book: Book, batch: EventBatch): number {
  let sum = 0;
  for (let i = 0; i < batch.length; i++) {
    const kind = batch.kind[i]!;
    if (kind === EventKind.depth)
      book.apply(batch.operation[i]!, batch.side[i]!, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
    else if (kind === EventKind.reset) book.clear();
    sum += touchOf(book);
  }
  return sum;
}

/** JSON.parse of every line, and the same book. */
export async function parseByJson(file: string): Promise<ParseRun> {
  const startMs = performance.now();
  const book = new Book();
  let [events, checksum, lastNs] = [0, 0, 0n];
  for await (const lines of textLines(file))
    for (const { text } of lines) {
      const event = JSON.parse(text);
      if (event.kind === 'header') continue;
      const ns = BigInt(event.ts);
      if (ns < lastNs) throw new RangeError('times decrease');
      lastNs = ns;
      if (event.kind === 'depth') book.apply(event.op, event.side, event.position, event.price * 4, event.size);
      else if (event.kind === 'reset') book.clear();
      events++;
      checksum += touchOf(book);
    }
  return { events, seconds: (performance.now() - startMs) / 1000, checksum };
}

/** DuckDB's read_json on two threads: every field parsed and added up, but no book. */
export async function parseByDuckdb(file: string): Promise<Omit<ParseRun, 'checksum'>> {
  const startMs = performance.now();
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT count(*) - 1, sum(ts), sum(seq), sum(op), sum(side), sum(position), sum(price), sum(size), count(last), count(aggressor)
     FROM read_json('${file}', format = 'newline_delimited', columns = {kind: 'VARCHAR', ts: 'BIGINT', seq: 'BIGINT',
       op: 'UTINYINT', side: 'UTINYINT', position: 'UTINYINT', price: 'DOUBLE', size: 'BIGINT', last: 'BOOLEAN', aggressor: 'VARCHAR'})`,
  );
  const events = Number(reader.getRows()[0]![0]);
  instance.closeSync();
  return { events, seconds: (performance.now() - startMs) / 1000 };
}

/** A scalar parser in C with the same book, compiled by the system's compiler. */
export async function parseByC(file: string): Promise<ParseRun> {
  const { stdout } = await run(await compiledParser(), [file]);
  return JSON.parse(stdout) as ParseRun;
}

async function compiledParser(): Promise<string> {
  const key = createHash('sha256').update(readFileSync(C_SOURCE)).digest('hex').slice(0, 16);
  const program = path.join(cacheFolder(), 'bench', `depth-parser-${key}`);
  if (existsSync(program)) return program;
  mkdirSync(path.dirname(program), { recursive: true });
  const draft = `${program}.${process.pid}`;
  await run('cc', ['-O2', '-march=native', '-o', draft, C_SOURCE]);
  renameSync(draft, program);
  return program;
}

function touchOf({ priceTicks, count, levels }: Book): number {
  return priceTicks[0]! + 3 * priceTicks[levels]! + count[Side.ask]! + count[Side.bid]!;
}
