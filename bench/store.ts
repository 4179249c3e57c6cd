import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { columnsOf } from '../research/store/datasets.js';
import { cacheFolder } from '../setup/cache-folder.mjs';
import { pythonWith } from '../setup/python-environment.js';
import { type BenchResult, median } from './bench-result.js';
import { type ColumnSums, columnSums, requireSameSums } from './store/column-sums.js';
import { readTwice } from './store/first-read.js';
import { type ParseRun, parseByC, parseByDuckdb, parseByJson, parseByScanner } from './store/parse-and-book.js';
import { readByUs } from './store/read-by-us.js';
import { syntheticTape } from './store/synthetic-tape.js';
import { packTape, unpackByUs } from './store/unpack-tape.js';

const run = promisify(execFile);
const ROUNDS = 3;
/** Parsing is short: ours is compiled during the first two rounds, and what else the machine does shows. */
const PARSE_ROUNDS = 7;
const IMPORT = fileURLToPath(new URL('./store/import-tape.js', import.meta.url));
const PYTHON_PEER = fileURLToPath(new URL('./peers/parquet_peer.py', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('./peers/parquet_peer.requirements.txt', import.meta.url));
const MEMORY_BOUND_MB = 1000;

const ALL_COLUMNS = columnsOf('mbp10', { counts: false }).map(({ name }) => name);
const SEVEN_COLUMNS = ['ts_recv', 'price', 'size', 'bid_px_00', 'ask_px_00', 'bid_sz_00', 'ask_sz_00'];

type Log = (line: string) => void;

/**
 * The store on more than five million SYNTHETIC events. Both sides of every comparison take turns, and the medians are
 * compared: parsing with the ten-level book against JSON.parse, DuckDB and C; importing (parse, book, Parquet, hashes,
 * catalogue, fsync) against pyarrow's write of rows that lie in memory; reading against pyarrow, once it is clear that
 * both read the same values; unpacking zstd against pyarrow; and the first read of an object, which hashes it, against the next.
 */
export async function benchStore(log: Log): Promise<BenchResult[]> {
  const tape = await syntheticTape(log);
  const python = await pythonWith(REQUIREMENTS);
  const work = mkdtempSync(path.join(cacheFolder(), 'bench', 'store-'));
  try {
    const parsed = await benchParse(tape, log);
    const unpacked = await benchUnpack(tape, python, path.join(work, 'tape.jsonl.zst'), log);
    const { results, files, rows } = await benchImport(tape, python, work, log);
    return [
      ...parsed,
      unpacked,
      ...results,
      ...(await benchRead(files, rows, python, log)),
      await benchFirstRead(files, rows, log),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function benchParse(tape: string, log: Log): Promise<BenchResult[]> {
  const runs: Record<'ours' | 'json' | 'duckdb' | 'c', number[]> = { ours: [], json: [], duckdb: [], c: [] };
  for (let round = 0; round < PARSE_ROUNDS; round++) {
    const ours = await parseByScanner(tape);
    const [json, duckdb, c] = [await parseByJson(tape), await parseByDuckdb(tape), await parseByC(tape)];
    requireSameBook(ours, json, c);
    for (const [name, one] of Object.entries({ ours, json, duckdb, c }))
      runs[name as keyof typeof runs].push(one.events / one.seconds / 1e6);
    log(
      `parse ${round + 1}/${PARSE_ROUNDS}: ${Object.entries(runs).map(([name, all]) => `${name} ${all.at(-1)!.toFixed(2)}`)} M events/s`,
    );
  }
  const job = 'parse and book';
  return [
    compare(job, runs.ours, runs.json, 'JSON.parse per line, same book', EVENTS, '>= 10'),
    compare(job, runs.ours, runs.duckdb, 'DuckDB read_json, two threads, no book', EVENTS, '>= 2'),
    compare(job, runs.ours, runs.c, 'scalar parser in C, same book', EVENTS, '>= 0.45'),
  ];
}

const EVENTS = 'million events/s';
const ROWS = 'million rows/s';

/** The same file is unpacked in turns; the peer is zstd itself, in C, which no reader in JavaScript overtakes. */
async function benchUnpack(tape: string, python: string, packed: string, log: Log): Promise<BenchResult> {
  await packTape(tape, packed);
  const [ours, peer]: [number[], number[]] = [[], []];
  for (let round = 0; round < PARSE_ROUNDS; round++) {
    const { bytes, seconds } = await unpackByUs(packed);
    ours.push(bytes / 1e6 / seconds);
    peer.push(bytes / 1e6 / Number(await pyarrow(python, ['unpack', packed])));
    log(
      `unpack ${round + 1}/${PARSE_ROUNDS}: ours ${ours.at(-1)!.toFixed(0)}, pyarrow ${peer.at(-1)!.toFixed(0)} MB/s`,
    );
  }
  return compare('unpack .jsonl.zst', ours, peer, "pyarrow's zstd stream", 'MB/s', '>= 0.8, aim 400 MB/s');
}

/** What it costs that an object is hashed before it is read for the first time, where few of its columns are read. */
async function benchFirstRead(files: string[], rows: number, log: Log): Promise<BenchResult> {
  const [first, second]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const seconds = await readTwice(files, SEVEN_COLUMNS);
    first.push(rows / seconds.first / 1e6);
    second.push(rows / seconds.again / 1e6);
    log(`first read ${round + 1}/${ROUNDS}: ${first.at(-1)!.toFixed(2)}, again ${second.at(-1)!.toFixed(2)} M rows/s`);
  }
  return compare(
    'read seven columns for the first time',
    first,
    second,
    'the same again, hashed before',
    ROWS,
    '>= 0.6',
  );
}

async function benchImport(tape: string, python: string, work: string, log: Log) {
  const ours: number[] = [];
  const peer: number[] = [];
  const peaks: number[] = [];
  let [files, rows]: [string[], number] = [[], 0];
  for (let round = 0; round < ROUNDS; round++) {
    const { stdout } = await run(process.execPath, [IMPORT, path.join(work, `store-${round}`), tape]);
    const imported = JSON.parse(stdout) as {
      seconds: number;
      rows: number;
      bytes: number;
      peakMb: number;
      files: string[];
    };
    ({ files, rows } = imported);
    ours.push(rows / imported.seconds / 1e6);
    peaks.push(imported.peakMb);
    const seconds = Number(await pyarrow(python, ['write', path.join(work, 'pyarrow.parquet'), ...files]));
    peer.push(rows / seconds / 1e6);
    const perRow = (imported.bytes / rows).toFixed(1);
    log(
      `import ${round + 1}/${ROUNDS}: ours ${ours.at(-1)!.toFixed(2)}, pyarrow's write ${peer.at(-1)!.toFixed(2)} M rows/s; ` +
        `${perRow} bytes a row, peak ${imported.peakMb.toFixed(0)} MB`,
    );
  }
  const results = [
    compare('JSONL to MBP-10 Parquet with hashes', ours, peer, "pyarrow's write alone", ROWS, '>= 0.6, aim 1.0'),
    { ...compare('import: peak memory', peaks, [MEMORY_BOUND_MB], 'the bound', 'MB', '< 1') },
  ];
  return { results, files, rows };
}

async function benchRead(files: string[], rows: number, python: string, log: Log): Promise<BenchResult[]> {
  const peerSums = JSON.parse(await pyarrow(python, ['sums', ALL_COLUMNS.join(','), ...files])) as ColumnSums;
  requireSameSums(await columnSums(files, ALL_COLUMNS), peerSums);
  const results: BenchResult[] = [];
  for (const [job, names, aim] of [
    ['read all MBP-10 columns', ALL_COLUMNS, '>= 0.6, aim 1.0'],
    ['read seven columns', SEVEN_COLUMNS, 'aim 1.0'],
  ] as const) {
    const ours: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(rows / (await readByUs(files, names)) / 1e6);
      peer.push(rows / Number(await pyarrow(python, ['read', names.join(','), ...files])) / 1e6);
      log(
        `${job} ${round + 1}/${ROUNDS}: ours ${ours.at(-1)!.toFixed(2)}, pyarrow ${peer.at(-1)!.toFixed(2)} M rows/s`,
      );
    }
    results.push(compare(job, ours, peer, 'pyarrow read_table', ROWS, aim));
  }
  return results;
}

/** @returns what the peer prints: seconds as it measures them, without the start of Python */
async function pyarrow(python: string, words: readonly string[]): Promise<string> {
  return (await run(python, [PYTHON_PEER, ...words])).stdout;
}

function requireSameBook(...runs: readonly ParseRun[]): void {
  const [first, ...others] = runs;
  for (const { events, checksum } of others)
    if (events !== first!.events || checksum !== first!.checksum)
      throw new RangeError('the parsers disagree on the book');
}

function compare(
  job: string,
  ours: readonly number[],
  peer: readonly number[],
  peerName: string,
  unit: string,
  aim: string,
): BenchResult {
  const [a, b] = [median(ours), median(peer)];
  return { job: `store: ${job}`, ours: a, peer: b, peerName, unit, ratio: a / b, aim };
}
