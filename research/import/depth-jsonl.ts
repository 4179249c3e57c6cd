import { BadInput } from '../../shared/failure.js';
import { isSynthetic } from '../../shared/market/events/depth-header.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import type { TickScale } from '../../shared/market/events/tick-scale.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { SplitNs } from '../store/int64-words.js';
import type { RowSink } from '../store/row-sink.js';
import { dayRuleOf } from '../store/trade-day.js';
import type { Format } from './format.js';
import { PositionBookRows } from './position-book-rows.js';
import { TradeRows } from './trade-rows.js';

/** Events between two looks at the writer: it is fed in between, 2048 rows at a time. */
const PORTION_EVENTS = 2048;

/** `dom_ib.jsonl` segments and files like them: every event becomes a row of mbp10, every trade one of ticks too. */
export const depthJsonl: Format = {
  name: 'dom_ib.jsonl',
  summary: 'position-addressed depth and trades, one JSON object a line, header first',
  recognises: (head) => /^\s*\{\s*"kind"\s*:\s*"header"/.test(head.toString('latin1', 0, 200)),

  async read(file, out) {
    const opened = await openDepthFile(file.path, {
      signal: file.signal,
      batchEvents: PORTION_EVENTS,
      onBrokenLine: (line, reason, text) => out.reject(`line ${line}`, reason, text),
    });
    const { header, scale } = opened;
    const { instrument, tickSize, multiplier } = header;
    const dayRule = dayRuleOf(header.exchange);
    out.begin({ feed: header.source ?? 'depth', synthetic: isSynthetic(header), contract: { tickSize, multiplier } });
    const bookSink = out.sink({ dataset: 'mbp10', instrument, dayRule, counts: false });
    const tickSink = out.sink({ dataset: 'ticks', instrument, dayRule });
    const rows = new PositionBookRows(bookSink, scale);
    const trades = new TradeRows(tickSink);
    for await (const batch of opened.batches()) {
      refuseUndated(file.path, batch, bookSink);
      rows.append(batch);
      storeTrades(batch, trades, scale);
      await out.settle();
    }
    const { counts } = opened;
    out.count('depth', counts.depth);
    out.count('trades', counts.trades);
    if (counts.resets > 0) out.count('resets', counts.resets);
    if (counts.gaps > 0) out.count('gaps', counts.gaps);
    return null;
  },
};

/** Times never decrease: if the first and the last of a batch are known to the calendar, all are. */
function refuseUndated(path: string, batch: EventBatch, sink: RowSink): void {
  for (const i of [0, batch.length - 1]) {
    const ns = batch.baseNs + BigInt(batch.tsRecvNs[i]!);
    if (!sink.isDatable(Number(ns / 1_000_000n)))
      throw new BadInput(path, `seq ${batch.seq[i]}`, `${ns} ns is outside the trading calendar`, 'correct its times');
  }
}

function storeTrades(batch: EventBatch, trades: TradeRows, scale: TickScale): void {
  const times = new SplitNs(batch.baseNs);
  for (let i = 0; i < batch.length; i++)
    if (batch.kind[i] === EventKind.trade)
      trades.storeReceived(times, batch.tsRecvNs[i]!, {
        price: scale.priceOf(batch.priceTicks[i]!),
        size: batch.size[i]!,
        side: batch.side[i]!,
        sequence: batch.seq[i]!,
      });
}
