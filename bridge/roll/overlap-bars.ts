import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseSegmentFile } from '../../shared/contract/capture-file.js';
import type { Bar } from '../../shared/market/events/bar.js';
import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { BarBuilder } from '../../shared/market/features/bar-builder.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';

/** More than the features look back; of a market that is quiet at night, too. */
const BACK_MS = 2 * 3_600_000;

/**
 * The newest five-minute bars of a contract by what was captured of it beside the former one, oldest first: by the events and
 * the builder that make every other bar. @throws BadInput
 */
export async function overlapBars(captureFolder: string, instrument: string): Promise<Bar[]> {
  const bars: Bar[] = [];
  let builder: BarBuilder | undefined;
  for (const segment of await newestSegments(captureFolder, instrument)) {
    const file = await openDepthFile(segment);
    builder ??= new BarBuilder(file.header.tickSize);
    for await (const batch of file.batches())
      for (let i = 0; i < batch.length; i++) {
        const bar = builder.onEvent(batch, i);
        if (bar !== null) bars.push(bar);
      }
  }
  return bars;
}

/** Both, oldest first; of the same five minutes our own, as everywhere. */
export function withOwnBars(others: readonly Bar[], own: readonly Bar[]): Bar[] {
  const byOpen = new Map([...others, ...own].map((bar) => [bar.openMs, bar]));
  return [...byOpen.values()].sort((a, b) => a.openMs - b.openMs);
}

/** Closed segments, oldest first: back to the one that begins long enough before the newest. */
async function newestSegments(folder: string, instrument: string): Promise<string[]> {
  const files = readdirSync(folder)
    .flatMap((name) => {
      const segment = parseSegmentFile(name);
      const isMeant = segment?.instrument === instrument && !segment.open;
      return isMeant ? [{ ...segment, file: path.join(folder, name) }] : [];
    })
    .sort((a, b) => (a.tradeDate === b.tradeDate ? b.number - a.number : a.tradeDate < b.tradeDate ? 1 : -1));
  const chosen: string[] = [];
  let newestMs: number | null = null;
  for (const { file } of files) {
    const beginMs = await beginOf(file);
    if (beginMs !== null) chosen.push(file);
    newestMs ??= beginMs;
    if (beginMs !== null && beginMs <= newestMs! - BACK_MS) break;
  }
  return chosen.reverse();
}

/** ms of the first event; null where there is none. */
async function beginOf(file: string): Promise<number | null> {
  const { batches } = await openDepthFile(file, { batchEvents: 2 });
  for await (const batch of batches()) return msOf(batch);
  return null;
}

function msOf({ baseNs, tsRecvNs }: EventBatch): number {
  return Number(baseNs / 1_000_000n) + tsRecvNs[0]! / 1e6;
}
