import { CONTRACTS_MAX } from '../../../shared/fields/contracts.js';
import type { ImportFile, ImportOutput } from '../format.js';
import { instrumentOf } from '../instrument-name.js';
import { TradeRows } from '../trade-rows.js';
import { decimalOfFloat32, isPrice, type SierraReader, sierraFormat, unixNsOf } from './sierra-file.js';

const RECORD_BYTES = 40;
/** Values of `open` that mark the first and the last part of a trade that was reported in parts. */
const UNBUNDLED = { first: Math.fround(-1.99900095e37), last: Math.fround(-1.99900197e37) } as const;

/** Sierra Chart's intraday data file in tick mode: one record a trade, with the quote at that time. */
export const scid = sierraFormat({
  name: 'sierra-scid',
  summary: 'Sierra Chart .scid: trades with bid and ask; may still be growing',
  magic: 'SCID',
  headerBytes: 56,
  recordBytes: RECORD_BYTES,
  open: (file, out) => new TickReader(file, out),
});

class TickReader implements SierraReader {
  private readonly rows: TradeRows;
  private readonly scale: number;

  constructor(
    file: ImportFile,
    private readonly out: ImportOutput,
  ) {
    this.scale = file.hints.priceScale ?? 1;
    const instrument = instrumentOf(file.path, file.hints);
    this.rows = new TradeRows(out.sink({ dataset: 'ticks', instrument, dayRule: 'cme' }));
  }

  take(bytes: Buffer, at: number, offset: number): void {
    const ns = unixNsOf(bytes.readBigInt64LE(at));
    const open = bytes.readFloatLE(at + 8);
    const price = bytes.readFloatLE(at + 20);
    const trades = bytes.readUInt32LE(at + 24);
    const volume = bytes.readUInt32LE(at + 28);
    const bidVolume = bytes.readUInt32LE(at + 32);
    const askVolume = bytes.readUInt32LE(at + 36);
    const fault =
      this.faultOf(Number(ns / 1_000_000n), open, price) ??
      // Whether any of them has its highest bit costs nothing; which one it is, is asked where one has.
      ((trades | volume | bidVolume | askVolume) >= 0
        ? null
        : countFaultOf({ trades, volume, 'bid volume': bidVolume, 'ask volume': askVolume }));
    if (fault !== null) {
      this.out.reject(`byte ${offset}`, fault, bytes.toString('hex', at, at + RECORD_BYTES));
      return;
    }
    const row = this.rows.store({
      tsRecvNs: null,
      tsEventNs: ns,
      price: this.pointsOf(price),
      size: volume,
      side: askVolume > 0 && bidVolume === 0 ? 1 : bidVolume > 0 && askVolume === 0 ? 0 : 2,
      sequence: null,
    });
    const { block } = this.rows.sink;
    block.setFloat64('ask_px_00', row, this.quoteOf(bytes.readFloatLE(at + 12)));
    block.setFloat64('bid_px_00', row, this.quoteOf(bytes.readFloatLE(at + 16)));
    block.setInt32('num_trades', row, trades);
    block.setInt32('bid_volume', row, bidVolume);
    block.setInt32('ask_volume', row, askVolume);
    block.setCode('unbundled', row, open === UNBUNDLED.first ? 0 : open === UNBUNDLED.last ? 1 : null);
    this.out.count('records');
    this.out.count('trades');
    if (open === UNBUNDLED.first) this.out.count('unbundled first');
    if (open === UNBUNDLED.last) this.out.count('unbundled last');
  }

  /** One trade a record: nothing is carried on. */
  state(): null {
    return null;
  }

  private faultOf(ms: number, open: number, price: number): string | null {
    if (!this.rows.sink.isDatable(ms)) return 'its time is outside the trading calendar';
    if (open !== 0 && open !== UNBUNDLED.first && open !== UNBUNDLED.last) return 'is a bar, not a tick';
    return isPrice(price) ? null : `its price is ${price}`;
  }

  /** Sierra writes 0 where there is no quote, and what is no price where there never is one. */
  private quoteOf(price: number): number | null {
    return price === 0 || !isPrice(price) ? null : this.pointsOf(price);
  }

  private pointsOf(price: number): number {
    const points = decimalOfFloat32(price) * this.scale;
    return this.scale === 1 ? points : Number(points.toPrecision(12));
  }
}

function countFaultOf(counts: Readonly<Record<string, number>>): string | null {
  const odd = Object.entries(counts).find(([, count]) => count > CONTRACTS_MAX);
  return odd ? `its ${odd[0]} is ${odd[1]}, more than ${CONTRACTS_MAX}` : null;
}
