import { z } from 'zod';
import { type JournalLine, journalLine } from '../../shared/contract/order-journal.js';
import { utcTimeNs } from '../../shared/fields/utc-time.js';
import { NOT_UTF8 } from '../../shared/fields/utf8-text.js';
import type { DatasetName } from '../store/datasets.js';
import type { RowSink } from '../store/row-sink.js';
import type { Format, ImportOutput } from './format.js';
import { type TextLine, textLines } from './text-lines.js';

/** With the moment of its market time, ns since the epoch. */
type DatedLine = JournalLine & { readonly marketNs: bigint };

/** Rows of a journal belong to the account as a whole. */
const INSTRUMENT = 'account';
const FILL_KINDS = new Set(['fill', 'commission']);

/** The bridge's journal (`orders-<date>.jsonl`) and fills: fills and commissions become fills, all else orders. */
export const journalJsonl: Format = {
  name: 'journal.jsonl',
  summary: 'orders and fills of the bridge, one JSON object a line',
  recognises: (head) => isJournalLine(head.toString('utf8', 0, Math.max(0, head.indexOf(10)))),

  told: ({ hints: { instrument } }) => ({ instrument }),

  async read(file, out) {
    out.begin({ feed: 'bridge', synthetic: false });
    const instrument = file.hints.instrument ?? INSTRUMENT;
    const dayRule = file.hints.instrument === undefined ? 'traded' : 'cme';
    const sinkOf = (dataset: DatasetName) => out.sink({ dataset, instrument, dayRule });
    const sinks = { fills: sinkOf('fills'), orders: sinkOf('orders') };
    for await (const lines of textLines(file.path, file.signal)) {
      for (const line of lines) takeLine(line, sinks, out);
      await out.settle();
    }
    return null;
  },
};

/** By what only lines of a journal have; whether it is a good one is another question. */
function isJournalLine(line: string): boolean {
  try {
    return stamped.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}

const stamped = z.looseObject({ kind: z.string(), n: z.number(), marketTime: z.string(), wallTime: z.string() });

function takeLine(
  { text: line, number: at, isUtf8 }: TextLine,
  sinks: Record<'fills' | 'orders', RowSink>,
  out: ImportOutput,
) {
  if (line === '') return;
  const parsed = isUtf8 ? parse(line) : NOT_UTF8;
  const dataset = typeof parsed !== 'string' && FILL_KINDS.has(parsed.kind) ? 'fills' : 'orders';
  if (typeof parsed === 'string') out.reject(`line ${at}`, parsed, line);
  else if (!sinks[dataset].isDatable(msOf(parsed.marketNs)))
    out.reject(`line ${at}`, 'its market time is outside the trading calendar', line);
  else {
    if (dataset === 'fills') storeFill(parsed, sinks.fills);
    else storeOrder(parsed, sinks.orders, line);
    out.count(dataset);
  }
}

const msOf = (ns: bigint) => Number(ns / 1_000_000n);

/** The line, or why it is none. */
function parse(line: string): DatedLine | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'is not a JSON object';
  }
  const parsed = journalLine.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return issue ? `${issue.path.join('.') || 'line'}: ${issue.message}` : 'is no line of a journal';
  }
  const { marketTime } = parsed.data;
  const marketNs = utcTimeNs(marketTime);
  if (marketNs === null) return `marketTime: "${marketTime.slice(0, 40)}" is no UTC time of nine decimals at most`;
  return { ...parsed.data, marketNs };
}

/** Stores the columns that both datasets have. @returns the row */
function storeCommon(line: DatedLine, sink: RowSink): number {
  const row = sink.next(msOf(line.marketNs));
  const { block } = sink;
  block.setInt64('ts_event', row, line.marketNs);
  block.setInteger('n', row, line.n);
  block.setText('kind', row, line.kind);
  block.setText('order_ref', row, 'orderRef' in line ? line.orderRef : null);
  block.setText('side', row, 'side' in line ? line.side : null);
  block.setFloat64('price', row, priceOf(line));
  block.setFloat64('size', row, 'contracts' in line ? line.contracts : null);
  block.setInteger('perm_id', row, 'permId' in line ? line.permId : null);
  return row;
}

function storeFill(line: DatedLine, sink: RowSink): void {
  const row = storeCommon(line, sink);
  const { block } = sink;
  block.setText('exec_id', row, 'execId' in line ? line.execId : null);
  block.setText('corrects', row, 'corrects' in line ? line.corrects : null);
  block.setText('executed_at', row, 'executedAt' in line ? line.executedAt : null);
  block.setText('currency', row, 'currency' in line ? line.currency : null);
  block.setFloat64('commission', row, line.kind === 'commission' ? line.amount : null);
  block.setFloat64('realized_pnl', row, 'realizedPnl' in line ? line.realizedPnl : null);
}

function storeOrder(line: DatedLine, sink: RowSink, body: string): void {
  const row = storeCommon(line, sink);
  const { block } = sink;
  block.setText('order_type', row, 'orderType' in line ? line.orderType : null);
  block.setText('purpose', row, 'purpose' in line ? line.purpose : null);
  block.setText('status', row, 'status' in line ? line.status : 'outcome' in line ? line.outcome : null);
  block.setText('reason', row, 'reason' in line ? line.reason : 'text' in line ? line.text : null);
  block.setText('code', row, 'code' in line ? String(line.code) : null);
  block.setInteger('order_id', row, 'orderId' in line ? line.orderId : null);
  block.setInteger('model_version', row, 'modelVersion' in line ? line.modelVersion : null);
  block.setInteger('event_seq', row, 'eventSeq' in line ? line.eventSeq : null);
  block.setFloat64('filled', row, 'filled' in line ? line.filled : null);
  block.setFloat64('remaining', row, 'remaining' in line ? line.remaining : null);
  block.setText('body', row, body);
}

/** Points; of an intent its limit. */
function priceOf(line: JournalLine): number | null {
  if ('price' in line) return line.price ?? null;
  return 'limitPrice' in line ? line.limitPrice : null;
}
