import { z } from 'zod';
import { type JournalLine, journalLine } from '../../shared/contract/order-journal.js';
import { jsonOfFields, notJson } from '../../shared/fields/json-of-fields.js';
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
    value = jsonOfFields(line);
  } catch (error) {
    return notJson(error);
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
  block.setText('order_ref', row, field(line, 'orderRef'));
  block.setText('side', row, field(line, 'side'));
  block.setFloat64('price', row, priceOf(line));
  block.setFloat64('size', row, field(line, 'contracts'));
  block.setInteger('perm_id', row, field(line, 'permId'));
  return row;
}

function storeFill(line: DatedLine, sink: RowSink): void {
  const row = storeCommon(line, sink);
  const { block } = sink;
  block.setText('exec_id', row, field(line, 'execId'));
  block.setText('corrects', row, field(line, 'corrects'));
  block.setText('executed_at', row, field(line, 'executedAt'));
  block.setText('currency', row, field(line, 'currency'));
  block.setFloat64('commission', row, line.kind === 'commission' ? line.amount : null);
  block.setFloat64('realized_pnl', row, field(line, 'realizedPnl'));
}

function storeOrder(line: DatedLine, sink: RowSink, body: string): void {
  const row = storeCommon(line, sink);
  const { block } = sink;
  block.setText('order_type', row, field(line, 'orderType'));
  block.setText('purpose', row, field(line, 'purpose'));
  block.setText('status', row, field(line, 'status') ?? field(line, 'outcome'));
  block.setText('reason', row, field(line, 'reason') ?? field(line, 'text'));
  block.setText('code', row, 'code' in line ? String(line.code) : null);
  block.setInteger('order_id', row, field(line, 'orderId'));
  block.setInteger('model_version', row, field(line, 'modelVersion'));
  block.setInteger('event_seq', row, field(line, 'eventSeq'));
  block.setFloat64('filled', row, field(line, 'filled'));
  block.setFloat64('remaining', row, field(line, 'remaining'));
  block.setText('body', row, body);
}

type FieldName = DatedLine extends infer L ? (L extends unknown ? keyof L : never) : never;
type FieldOf<K extends FieldName> = Exclude<Extract<DatedLine, Record<K, unknown>>[K], undefined>;

/** A field that lines of some kinds have; null on the others. */
function field<K extends FieldName>(line: DatedLine, name: K): FieldOf<K> | null {
  return name in line ? ((line as Record<K, FieldOf<K> | undefined>)[name] ?? null) : null;
}

/** Points; of an intent its limit. */
function priceOf(line: DatedLine): number | null {
  return field(line, 'price') ?? field(line, 'limitPrice');
}
