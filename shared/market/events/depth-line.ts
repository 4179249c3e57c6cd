import { decimalText } from './decimal-text.js';
import type { DepthHeader } from './depth-header.js';
import { type EventBatch, EventKind, Side } from './event-batch.js';
import type { TickScale } from './tick-scale.js';

// The one place that writes the lines of a depth file; depth-scanner.ts reads exactly these shapes at full speed.

export type Aggressor = 'buy' | 'sell' | null;

/** Since the epoch; as decimal digits where the writer has them already (a bigint costs as much as the rest of the line). */
export type Nanoseconds = bigint | string;

/** First line of a file; every line ends with LF. */
export function formatHeaderLine(header: DepthHeader): string {
  return `${JSON.stringify({ ...header, kind: 'header' })}\n`;
}

/** One depth operation. @param tsRecvNs ns since the epoch @param price as decimals, e.g. 2926.25 */
export function formatDepthLine(
  tsRecvNs: Nanoseconds,
  seq: number,
  operation: number,
  side: number,
  position: number,
  price: number,
  size: number,
  last: boolean,
): string {
  return `{"kind":"depth","ts":"${tsRecvNs}","seq":${seq},"op":${operation},"side":${side},"position":${position},"price":${decimalText(price)},"size":${size},"last":${last}}\n`;
}

export function formatTradeLine(
  tsRecvNs: Nanoseconds,
  seq: number,
  price: number,
  size: number,
  aggressor: Aggressor,
): string {
  const quoted = aggressor === null ? 'null' : `"${aggressor}"`;
  return `{"kind":"trade","ts":"${tsRecvNs}","seq":${seq},"price":${decimalText(price)},"size":${size},"aggressor":${quoted}}\n`;
}

/** The book was cleared (`reset`), or an unknown number of events was lost before this line (`gap`). */
export function formatBreakLine(kind: 'reset' | 'gap', tsRecvNs: Nanoseconds, seq: number, reason: string): string {
  return `{"kind":"${kind}","ts":"${tsRecvNs}","seq":${seq},"reason":${JSON.stringify(reason)}}\n`;
}

/** Row `i` of a batch as its line. A batch keeps no reason for a reset or gap: it is given here. */
export function formatEventLine(batch: EventBatch, i: number, scale: TickScale, reason = 'unspecified'): string {
  const tsRecvNs = batch.baseNs + BigInt(batch.tsRecvNs[i]!);
  const seq = batch.seq[i]!;
  const price = scale.priceOf(batch.priceTicks[i]!);
  const size = batch.size[i]!;
  const side = batch.side[i]!;
  switch (batch.kind[i]) {
    case EventKind.depth:
      return formatDepthLine(
        tsRecvNs,
        seq,
        batch.operation[i]!,
        side,
        batch.position[i]!,
        price,
        size,
        batch.last[i] === 1,
      );
    case EventKind.trade:
      return formatTradeLine(tsRecvNs, seq, price, size, side === Side.bid ? 'buy' : side === Side.ask ? 'sell' : null);
    case EventKind.reset:
      return formatBreakLine('reset', tsRecvNs, seq, reason);
    default:
      return formatBreakLine('gap', tsRecvNs, seq, reason);
  }
}
