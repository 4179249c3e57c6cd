import { formatEventLine, formatHeaderLine } from '../../shared/market/events/depth-line.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import { LineFile } from '../generator/line-file.js';
import type { EventStream } from './event-stream.js';

/** Writes a tape as a dom_ib.jsonl file that says that its book is made up. The same tape gives the same bytes. */
export async function writeTape(file: string, exchange: string, { header, batches }: EventStream): Promise<void> {
  const lines = new LineFile(file);
  const scale = new TickScale(header.tickSize);
  try {
    lines.write(formatHeaderLine({ ...header, exchange, synthetic: true }));
    for await (const batch of batches())
      for (let i = 0; i < batch.length; i++) lines.write(formatEventLine(batch, i, scale));
    lines.finish();
  } catch (error) {
    lines.discard();
    throw error;
  }
}
