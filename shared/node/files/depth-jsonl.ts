import { BadInput } from '../../failure.js';
import { jsonOfFields, notJson } from '../../fields/json-of-fields.js';
import { type DecodedText, decodedText, NOT_UTF8 } from '../../fields/utf8-text.js';
import { type DepthHeader, depthHeader } from '../../market/events/depth-header.js';
import { DepthScanner, type OnBrokenLine } from '../../market/events/depth-scanner.js';
import type { EventBatch } from '../../market/events/event-batch.js';
import { TickScale } from '../../market/events/tick-scale.js';
import { lineBlocks } from './line-blocks.js';

export interface DepthReadOptions {
  /**
   * refuse: the first broken line ends the read with BadInput. gap: it is counted, and a gap event stands in its place.
   * A function is told of it first, and may throw.
   */
  readonly onBrokenLine?: 'refuse' | 'gap' | OnBrokenLine;
  /** Events in one batch. */
  readonly batchEvents?: number;
  readonly signal?: AbortSignal;
}

/** What a read found; complete once the last batch was taken. */
export interface DepthCounts {
  depth: number;
  trades: number;
  resets: number;
  /** Gap events, those that stand for broken lines included. */
  gaps: number;
  brokenLines: number;
  /** The first of them, at most 20. */
  readonly brokenExamples: { line: number; reason: string }[];
}

/** A depth file: its header, and its events in batches. */
export interface DepthFile {
  readonly path: string;
  readonly header: DepthHeader;
  readonly scale: TickScale;
  /** Of the newest call of `batches`. */
  readonly counts: DepthCounts;
  /** From the first event on. The batch is reused: its columns are valid until the next one is asked for. @throws BadInput */
  batches(): AsyncGenerator<EventBatch>;
}

const BATCH_EVENTS = 16_384;
const BROKEN_EXAMPLES_MAX = 20;

/**
 * Opens a depth file (`dom_ib.jsonl` or the like; plain or .gz) and reads its header. Holds nothing open but while its
 * batches are taken, and memory is constant whatever the size of the file.
 * @throws BadInput naming the file and the line
 */
export async function openDepthFile(path: string, options: DepthReadOptions = {}): Promise<DepthFile> {
  const header = await readDepthHeader(path, options.signal);
  const scale = new TickScale(header.tickSize);
  const file = {
    path,
    header,
    scale,
    counts: noCounts(),
    batches: () => readBatches(file, options),
  };
  return file;
}

/** The first line of a depth file. @throws BadInput naming the file and the field */
export async function readDepthHeader(path: string, signal?: AbortSignal): Promise<DepthHeader> {
  for await (const { bytes, start } of lineBlocks(path, signal))
    return parseHeader(path, decodedText(bytes.subarray(start, bytes.indexOf(LF, start))));
  throw new BadInput(path, undefined, 'is empty', 'give a depth file whose first line is its header');
}

async function* readBatches(
  file: DepthFile & { counts: DepthCounts },
  { onBrokenLine = 'refuse', batchEvents = BATCH_EVENTS, signal }: DepthReadOptions,
): AsyncGenerator<EventBatch> {
  const { path, header, scale } = file;
  const counts = noCounts();
  file.counts = counts;
  const scanner = new DepthScanner(header.instrument, scale, batchEvents, (line, reason, text) => {
    if (typeof onBrokenLine === 'function') onBrokenLine(line, reason, text);
    else if (onBrokenLine === 'refuse')
      throw new BadInput(path, `line ${line}`, reason, 'repair or remove the line, or read with broken lines as gaps');
    counts.brokenLines++;
    if (counts.brokenExamples.length < BROKEN_EXAMPLES_MAX) counts.brokenExamples.push({ line, reason });
  });
  let isFirst = true;
  for await (const { bytes, start, end } of lineBlocks(path, signal)) {
    scanner.attach(bytes);
    let at = isFirst ? bytes.indexOf(LF, start) + 1 : start;
    isFirst = false;
    for (at = scanner.scan(at, end); at < end; at = scanner.scan(at, end)) {
      takeCounts(counts, scanner);
      yield scanner.batch!;
      scanner.restartBatch();
    }
  }
  takeCounts(counts, scanner);
  if (scanner.batch && scanner.batch.length > 0) yield scanner.batch;
}

const LF = 10;

function parseHeader(path: string, line: DecodedText): DepthHeader {
  const fix = 'the first line must be {"kind":"header","instrument":...,"tickSize":...,"multiplier":...}';
  if (!line.isUtf8) throw new BadInput(path, 'line 1', NOT_UTF8, fix);
  let value: unknown;
  try {
    value = jsonOfFields(line.text);
  } catch (error) {
    throw new BadInput(path, 'line 1', notJson(error), fix);
  }
  const parsed = depthHeader.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BadInput(
    path,
    `line 1, field ${issue?.path.join('.') || 'kind'}`,
    issue?.message ?? 'is not a header',
    fix,
  );
}

function noCounts(): DepthCounts {
  return { depth: 0, trades: 0, resets: 0, gaps: 0, brokenLines: 0, brokenExamples: [] };
}

function takeCounts(counts: DepthCounts, { events }: DepthScanner): void {
  [counts.depth, counts.trades, counts.resets, counts.gaps] = events;
}
