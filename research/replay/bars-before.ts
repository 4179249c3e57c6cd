import { BAR_MS, type Bar } from '../../shared/market/events/bar.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';

/** Bars of the files that had closed before a moment, in order: what warms the bar features up. @throws BadInput */
export async function barsBefore(files: readonly string[], ns: bigint, signal?: AbortSignal): Promise<Bar[]> {
  const untilMs = Number(ns / 1_000_000n);
  const bars: Bar[] = [];
  for (const file of files)
    for (const bar of (await readBarsFile(file, signal)).bars) if (bar.openMs + BAR_MS <= untilMs) bars.push(bar);
  return bars.sort((a, b) => a.openMs - b.openMs);
}
