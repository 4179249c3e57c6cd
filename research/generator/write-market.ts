import type { Instrument } from '../../shared/config/market.js';
import { formatDepthLine, formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import type { TickScale } from '../../shared/market/events/tick-scale.js';
import type { TickBar } from './bar-builder.js';
import { LineFile } from './line-file.js';
import type { MarketDay } from './market-day.js';
import { LEVELS } from './simulated-book.js';

/** Writes a day's book as a dom_ib.jsonl file. @returns the number of events */
export function writeDepthDay(
  file: string,
  instrument: Instrument,
  scale: TickScale,
  day: MarketDay,
  minutes: number,
): number {
  const lines = new LineFile(file);
  const startNs = BigInt(day.depthStartMs) * 1_000_000n;
  let seq = 0;
  try {
    lines.write(headerLine(instrument, day.session.tradeDate));
    day.simulateDepth(minutes, {
      depth: (nanos, message) => {
        const ns = startNs + BigInt(nanos);
        for (const [index, { operation, side, position, priceTicks, size }] of message.entries()) {
          const price = scale.priceOf(priceTicks);
          const isLast = index === message.length - 1;
          lines.write(formatDepthLine(ns, ++seq, operation, side, position, price, size, isLast));
        }
      },
      trade: (nanos, priceTicks, size, aggressor) =>
        lines.write(formatTradeLine(startNs + BigInt(nanos), ++seq, scale.priceOf(priceTicks), size, aggressor)),
    });
    lines.finish();
  } catch (error) {
    lines.discard();
    throw error;
  }
  return seq;
}

function headerLine(instrument: Instrument, tradeDate: string): string {
  const { localSymbol, exchange, tickSize, multiplier } = instrument;
  return formatHeaderLine({
    kind: 'header',
    v: 1,
    source: 'synthetic',
    synthetic: true,
    instrument: localSymbol,
    exchange,
    tickSize,
    multiplier,
    levels: LEVELS,
    tradeDate,
  });
}

/** Writes bars as CSV; the first line says that they are generated. */
export function writeBars(file: string, bars: readonly TickBar[], scale: TickScale, seed: number): void {
  const lines = new LineFile(file);
  try {
    lines.write(`# SYNTHETIC market, generated from seed ${seed}; not a record of any exchange\n`);
    lines.write('ts_open_utc,open,high,low,close,volume\n');
    for (const { openMs, open, high, low, close, volume } of bars) {
      const prices = [open, high, low, close].map((ticks) => scale.priceOf(ticks)).join(',');
      lines.write(`${new Date(openMs).toISOString().replace('.000Z', 'Z')},${prices},${volume}\n`);
    }
    lines.finish();
  } catch (error) {
    lines.discard();
    throw error;
  }
}
