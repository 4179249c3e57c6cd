import path from 'node:path';
import type { z } from 'zod';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import type { MarketStore } from '../store/market-store.js';
import { fileName, reportText, writeDoubtfulSpans } from './doubtful-spans.js';
import { reconcilePage } from './page/reconcile-page.js';
import { type Reconciliation, reconcile } from './reconcile.js';
import type { ReconcileReport } from './report.js';
import { RECONCILED_FEEDS, storedFeeds } from './stored-feeds.js';
import type { reconcileOptions, thresholds } from './thresholds.js';

export interface ReconcileDay {
  readonly store: MarketStore;
  readonly instrument: string;
  readonly tradeDate: string;
  /** The first one's clock is that of the report and of the doubtful spans. */
  readonly feeds?: readonly [string, string] | undefined;
  readonly options?: z.input<typeof reconcileOptions> | undefined;
  readonly thresholds?: z.input<typeof thresholds> | undefined;
  /** Folder for report and page, `<instrument>/<trade date>.json` and `.html`; neither is written where it is not given. */
  readonly out?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: Reconciliation['onProgress'];
}

/**
 * Reconciles two stored captures of a trade date, and keeps the date's doubtful spans in the store. Done again it gives the same
 * files. Where a feed is missing nothing is doubted: one capture alone says nothing against itself.
 * @throws NoSuchDepth where the store has neither feed, WrongTick
 */
export async function reconcileDay(asked: ReconcileDay): Promise<ReconcileReport> {
  const {
    store,
    instrument,
    tradeDate,
    feeds = RECONCILED_FEEDS,
    options,
    thresholds,
    out,
    signal,
    onProgress,
  } = asked;
  const { tickSize, first, second } = storedFeeds(store, { instrument, tradeDate, feeds });
  const report = await reconcile({
    ...{ instrument, tradeDate, tickSize, first, second, options, thresholds, signal, onProgress },
  });
  if (out !== undefined) await keepReport(store, out, report);
  await writeDoubtfulSpans(store, report);
  return report;
}

/** Where a date's report (`json`) and page (`html`) lie. */
export function reportFile(
  folder: string,
  { instrument, tradeDate }: Pick<ReconcileReport, 'instrument' | 'tradeDate'>,
  ending: 'json' | 'html',
): string {
  return path.join(folder, fileName(instrument), `${tradeDate}.${ending}`);
}

/** A report that lies in the store is everybody's who shares it. */
async function keepReport(store: MarketStore, out: string, report: ReconcileReport): Promise<void> {
  writeReport(out, report);
  const inside = path.relative(store.root, path.resolve(out));
  if (inside.startsWith('..') || path.isAbsolute(inside)) return;
  for (const ending of ['html', 'json'] as const)
    await store.documents.publish(
      path
        .relative(store.root, reportFile(out, report, ending))
        .split(path.sep)
        .join('/'),
    );
}

/** The page first: whoever finds a report finds its page too. */
export function writeReport(folder: string, report: ReconcileReport): void {
  replaceFile(reportFile(folder, report, 'html'), reconcilePage(report));
  replaceFile(reportFile(folder, report, 'json'), reportText(report));
}
