import type { Bar } from '../../shared/market/events/bar.js';
import { BarBuilder } from '../../shared/market/features/bar-builder.js';
import type { ImportRecord } from '../store/catalogue.js';
import type { MarketStore } from '../store/market-store.js';
import { readDepthShards } from '../store/read-depth.js';

/** Five-minute bars of captured days, as the bridge builds them from the same events. None spans two days. */
export async function* capturedBars(
  store: MarketStore,
  days: readonly { readonly records: readonly ImportRecord[]; readonly tickSize: number }[],
): AsyncGenerator<Bar> {
  for (const { records, tickSize } of days) {
    const builder = new BarBuilder(tickSize);
    for (const { shards } of records) {
      const depth = shards.filter(({ dataset }) => dataset === 'mbp10');
      if (depth.length === 0) continue;
      for await (const batch of readDepthShards(store, depth, tickSize))
        for (let i = 0; i < batch.length; i++) {
          const bar = builder.onEvent(batch, i);
          if (bar) yield bar;
        }
    }
    const last = builder.finish();
    if (last) yield last;
  }
}

/** As the reader of bars wants it; the first line says SYNTHETIC where it is so. */
export function barsCsv(bars: readonly Bar[], synthetic: boolean): string {
  const rows = bars.map(
    ({ openMs, open, high, low, close, volume }) =>
      `${new Date(openMs).toISOString().slice(0, 19)}Z,${open},${high},${low},${close},${volume}\n`,
  );
  return `${synthetic ? '# SYNTHETIC: captured from a simulated market\n' : ''}ts_open_utc,open,high,low,close,volume\n${rows.join('')}`;
}
