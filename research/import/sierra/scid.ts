import { aggressorOf, emptyTick, readTick, tickFault, UNBUNDLED } from '../../../shared/market/sierra/scid-record.js';
import { isPrice, pointsOf, SCID, unixUsAt } from '../../../shared/market/sierra/sierra-file.js';
import type { ImportFile, ImportOutput } from '../format.js';
import { instrumentOf } from '../instrument-name.js';
import { TradeRows } from '../trade-rows.js';
import { type SierraReader, sierraFormat } from './sierra-file.js';

/** Sierra Chart's intraday data file in tick mode: one record a trade, with the quote at that time. */
export const scid = sierraFormat({
  name: 'sierra-scid',
  summary: 'Sierra Chart .scid: trades with bid and ask; may still be growing',
  layout: SCID,
  open: (file, out) => new TickReader(file, out),
});

class TickReader implements SierraReader {
  private readonly rows: TradeRows;
  private readonly scale: number;
  private readonly tick = emptyTick();

  constructor(
    file: ImportFile,
    private readonly out: ImportOutput,
  ) {
    this.scale = file.hints.priceScale ?? 1;
    const instrument = instrumentOf(file.path, file.hints);
    this.rows = new TradeRows(out.sink({ dataset: 'ticks', instrument, dayRule: 'cme' }));
  }

  take(bytes: Buffer, at: number, offset: number): void {
    const { tick } = this;
    const us = unixUsAt(bytes, at);
    readTick(bytes, at, tick);
    const fault = this.rows.sink.isDatable(us / 1000) ? tickFault(tick) : 'its time is outside the trading calendar';
    if (fault !== null) {
      this.out.reject(`byte ${offset}`, fault, bytes.toString('hex', at, at + SCID.recordBytes));
      return;
    }
    const row = this.rows.store({
      tsRecvNs: null,
      tsEventNs: BigInt(us) * 1000n,
      price: pointsOf(tick.price, this.scale),
      size: tick.volume,
      side: aggressorOf(tick),
      sequence: null,
    });
    const { block } = this.rows.sink;
    block.setFloat64('ask_px_00', row, this.quoteOf(tick.ask));
    block.setFloat64('bid_px_00', row, this.quoteOf(tick.bid));
    block.setInt32('num_trades', row, tick.trades);
    block.setInt32('bid_volume', row, tick.bidVolume);
    block.setInt32('ask_volume', row, tick.askVolume);
    block.setCode('unbundled', row, tick.open === UNBUNDLED.first ? 0 : tick.open === UNBUNDLED.last ? 1 : null);
    this.out.count('records');
    this.out.count('trades');
    if (tick.open === UNBUNDLED.first) this.out.count('unbundled first');
    if (tick.open === UNBUNDLED.last) this.out.count('unbundled last');
  }

  /** One trade a record: nothing is carried on. */
  state(): null {
    return null;
  }

  /** Sierra writes 0 where there is no quote, and what is no price where there never is one. */
  private quoteOf(price: number): number | null {
    return price === 0 || !isPrice(price) ? null : pointsOf(price, this.scale);
  }
}
