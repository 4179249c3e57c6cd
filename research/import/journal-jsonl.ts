import { z } from 'zod';
import type { DatasetName } from '../store/datasets.js';
import type { RowSink } from '../store/row-sink.js';
import type { Format, ImportOutput } from './format.js';
import { type TextLine, textLines } from './text-lines.js';

const text = z.string().nullish();
const number = z.number().nullish();

/** What the store keeps of a journal line in columns; the whole line stays in `body`. */
const journalLine = z.looseObject({
  kind: z.string().min(1),
  n: z.number().int().positive(),
  marketTime: z.iso.datetime(),
  orderRef: text,
  side: z.enum(['BUY', 'SELL']).nullish(),
  contracts: number,
  price: number,
  limitPrice: number,
  execId: text,
  corrects: text,
  executedAt: text,
  currency: text,
  amount: number,
  realizedPnl: number,
  permId: number,
  orderId: number,
  orderType: text,
  purpose: text,
  status: text,
  outcome: text,
  reason: text,
  text,
  code: z.union([z.string(), z.number()]).nullish(),
  modelVersion: number,
  eventSeq: number,
  filled: number,
  remaining: number,
});
type JournalLine = z.infer<typeof journalLine>;

/** Rows of a journal belong to the account as a whole. */
const INSTRUMENT = 'account';
const FILL_KINDS = new Set(['fill', 'commission']);

/** The bridge's journal (`orders-<date>.jsonl`) and fills: fills and commissions become fills, all else orders. */
export const journalJsonl: Format = {
  name: 'journal.jsonl',
  summary: 'orders and fills of the bridge, one JSON object a line',
  recognises: (head) => isJournalLine(head.toString('utf8', 0, Math.max(0, head.indexOf(10)))),

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

function isJournalLine(line: string): boolean {
  return typeof parse(line) !== 'string';
}

function takeLine({ text: line, number: at }: TextLine, sinks: Record<'fills' | 'orders', RowSink>, out: ImportOutput) {
  if (line === '') return;
  const parsed = parse(line);
  const dataset = typeof parsed !== 'string' && FILL_KINDS.has(parsed.kind) ? 'fills' : 'orders';
  if (typeof parsed === 'string') out.reject(`line ${at}`, parsed, line);
  else if (!sinks[dataset].isDatable(Date.parse(parsed.marketTime)))
    out.reject(`line ${at}`, 'its market time is outside the trading calendar', line);
  else {
    if (dataset === 'fills') storeFill(parsed, sinks.fills);
    else storeOrder(parsed, sinks.orders, line);
    out.count(dataset);
  }
}

/** The line, or why it is none. */
function parse(line: string): JournalLine | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'is not a JSON object';
  }
  const parsed = journalLine.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return issue ? `${issue.path.join('.') || 'line'}: ${issue.message}` : 'is no line of a journal';
}

/** Stores the columns that both datasets have. @returns the row */
function storeCommon(line: JournalLine, sink: RowSink): number {
  const ms = Date.parse(line.marketTime);
  const row = sink.next(ms);
  const { block } = sink;
  block.setInt64('ts_event', row, BigInt(ms) * 1_000_000n);
  block.setInteger('n', row, line.n);
  block.setText('kind', row, line.kind);
  block.setText('order_ref', row, line.orderRef ?? null);
  block.setText('side', row, line.side ?? null);
  block.setFloat64('price', row, line.price ?? line.limitPrice ?? null);
  block.setFloat64('size', row, line.contracts ?? null);
  block.setInteger('perm_id', row, line.permId ?? null);
  return row;
}

function storeFill(line: JournalLine, sink: RowSink): void {
  const row = storeCommon(line, sink);
  const { block } = sink;
  block.setText('exec_id', row, line.execId ?? null);
  block.setText('corrects', row, line.corrects ?? null);
  block.setText('executed_at', row, line.executedAt ?? null);
  block.setText('currency', row, line.currency ?? null);
  block.setFloat64('commission', row, line.kind === 'commission' ? (line.amount ?? null) : null);
  block.setFloat64('realized_pnl', row, line.realizedPnl ?? null);
}

function storeOrder(line: JournalLine, sink: RowSink, body: string): void {
  const row = storeCommon(line, sink);
  const { block } = sink;
  block.setText('order_type', row, line.orderType ?? null);
  block.setText('purpose', row, line.purpose ?? null);
  block.setText('status', row, line.status ?? line.outcome ?? null);
  block.setText('reason', row, line.reason ?? line.text ?? null);
  block.setText('code', row, line.code == null ? null : String(line.code));
  block.setInteger('order_id', row, line.orderId ?? null);
  block.setInteger('model_version', row, line.modelVersion ?? null);
  block.setInteger('event_seq', row, line.eventSeq ?? null);
  block.setFloat64('filled', row, line.filled ?? null);
  block.setFloat64('remaining', row, line.remaining ?? null);
  block.setText('body', row, body);
}
