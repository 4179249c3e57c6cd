import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { alarmLine } from '../../shared/contract/alarm-line.js';
import type { BatchFile } from '../../shared/contract/batch.js';
import { BatchRefused } from '../../shared/contract/batch-refusal.js';
import { instrumentOf, sourceOf } from '../../shared/contract/batch-stream.js';
import { bridgeStatus } from '../../shared/contract/bridge-status.js';
import { CAPTURE_SOURCES, IB_SOURCE, isSecondFeed } from '../../shared/contract/capture-source.js';
import { decisionLogLine } from '../../shared/contract/decision-log.js';
import { journalLine } from '../../shared/contract/order-journal.js';
import { swapRecord } from '../../shared/contract/swap-record.js';
import { BadInput } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import type { LineCheck } from './keep-file.js';

const CONTRACTS: Readonly<Record<string, z.ZodType>> = {
  orders: journalLine,
  decisions: decisionLogLine,
  swaps: swapRecord,
  alarms: alarmLine,
  status: bridgeStatus,
};

/** Longest line of a journal: one that carries the executions of a day has a few hundred KiB. */
const LINE_BYTES_MAX = 4 * 2 ** 20;
const LF = 10;

/** Checks the lines of journals as they pass by; segments are checked by `requireDepth`. */
export function lineCheckOf(stream: string, file: BatchFile): LineCheck {
  const contract = CONTRACTS[stream];
  return contract === undefined ? NOTHING : new JournalCheck(file.name, contract);
}

const NOTHING: LineCheck = { take: () => {}, finish: () => {} };

class JournalCheck implements LineCheck {
  private line = 0;
  private fault: BatchRefused | null = null;
  private rest: Buffer[] = [];
  private restBytes = 0;

  constructor(
    private readonly file: string,
    private readonly contract: z.ZodType,
  ) {}

  take(chunk: Buffer): void {
    if (this.fault !== null) return;
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      this.check(Buffer.concat([...this.rest, chunk.subarray(start, end)]));
      this.rest = [];
      this.restBytes = 0;
      start = end + 1;
    }
    if (start === chunk.length) return;
    // The buffer that the bytes came in is used again.
    this.rest.push(Buffer.from(chunk.subarray(start)));
    this.restBytes += chunk.length - start;
    if (this.restBytes > LINE_BYTES_MAX) this.note(this.line + 1, `has more than ${LINE_BYTES_MAX} bytes`);
  }

  /** At the end: whether these are the bytes that were signed comes before what they say. */
  finish(): void {
    if (this.fault !== null) throw this.fault;
  }

  private check(bytes: Buffer): void {
    this.line++;
    const cause = this.faultOf(bytes);
    if (cause !== null) this.note(this.line, cause);
  }

  private faultOf(bytes: Buffer): string | null {
    if (!isUtf8(bytes)) return 'is not UTF-8 text';
    const value = jsonOrUndefined(bytes.toString('utf8'));
    if (value === undefined) return 'is not JSON';
    const issue = this.contract.safeParse(value).error?.issues[0];
    return issue === undefined ? null : `${issue.path.join('.') || 'line'}: ${issue.message}`;
  }

  private note(line: number, cause: string): void {
    this.fault ??= new BatchRefused('schema', { file: this.file, line, cause });
  }
}

/**
 * Whether a segment that we hold is a depth file of its instrument, event for event.
 * @param kept as it travelled, packed
 * @throws BatchRefused schema
 */
export async function requireDepth(kept: string, stream: string, file: BatchFile): Promise<void> {
  const instrument = instrumentOf(stream);
  if (instrument === null) return;
  try {
    const opened = await openDepthFile(kept);
    if (opened.header.instrument !== instrument)
      throw new BatchRefused('schema', { file: file.name, line: 1, cause: `is of ${opened.header.instrument}` });
    if (!isFeedOf(stream, opened.header.source))
      throw new BatchRefused('schema', { file: file.name, line: 1, cause: `is of the feed ${opened.header.source}` });
    for await (const _ of opened.batches());
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    const { where, reason } = error.details as { where?: string; reason: string };
    throw new BatchRefused('schema', { file: file.name, where, cause: reason });
  }
}

/** One capture must not pass for another: they are there to be compared. */
function isFeedOf(stream: string, feed: string | undefined): boolean {
  const source = sourceOf(stream) ?? IB_SOURCE;
  return source === IB_SOURCE ? !isSecondFeed(feed) : feed === CAPTURE_SOURCES[source].feed;
}
