import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { makeFolder } from '../../../shared/node/disk/make-folder.js';
import { renameWithRetry, replaceFile } from '../../../shared/node/disk/replace-file.js';
import type { PublicEntry } from '../../../shared/public-record/entry.js';
import { quoted } from '../../store/duckdb-text.js';
import { fundPages } from './fund-pages.js';
import { type SiteAddresses, type SitePage, siteFile } from './site-frame.js';
import { fillProofs, fillsCsv, publishedFills, tradePages } from './trade-pages.js';

export interface SitesAsk {
  readonly folder: string;
  readonly fundName: string;
  /** Names of the sites and of the page; '' where one is not deployed. */
  readonly home: string;
  readonly trades: string;
  readonly record: string;
  readonly entries: readonly PublicEntry[];
  readonly keys: Parameters<typeof fundPages>[2];
  readonly synthetic: boolean;
}

/** The fund's site and its trade log as folders of static files, as they are deployed. @returns the folders */
export async function writeSites(
  ask: SitesAsk,
): Promise<{ readonly home: string; readonly trades: string; readonly files: number }> {
  const { fundName, home, trades, record, entries } = ask;
  const folders = { home: path.join(ask.folder, 'site'), trades: path.join(ask.folder, 'trades') };
  const addresses = { fundName, home, trades, record };
  const nameOf = (url: string, usual: string) => (url ? new URL(url).host.split(':')[0]! : usual);
  const fills = publishedFills(entries);
  const own = { ...addresses, site: nameOf(home, 'site') };
  const ofTrades = { ...addresses, site: nameOf(trades, 'trades') };
  const count =
    writePages(folders.home, fundPages(own, entries, ask.keys), own, ask.synthetic) +
    writePages(folders.trades, tradePages(fills, ofTrades), ofTrades, ask.synthetic);
  const csv = path.join(folders.trades, 'fills.csv');
  replaceFile(csv, fillsCsv(fills));
  replaceFile(path.join(folders.trades, 'proofs.jsonl'), fillProofs(entries, fills));
  await writeParquet(csv, path.join(folders.trades, 'fills.parquet'));
  return { ...folders, files: count + 3 };
}

const HEADERS = '/*\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n  X-Frame-Options: DENY\n';

/** As Cloudflare Pages serves them: `methods.html` is `/methods`. */
function writePages(folder: string, pages: readonly SitePage[], addresses: SiteAddresses, synthetic: boolean): number {
  makeFolder(folder);
  for (const page of pages)
    replaceFile(path.join(folder, `${page.slug || 'index'}.html`), siteFile(page, pages, addresses, synthetic));
  replaceFile(path.join(folder, '_headers'), HEADERS);
  return pages.length + 1;
}

async function writeParquet(csv: string, file: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run(
      `COPY (SELECT * FROM read_csv(${quoted(csv)}, header = true, all_varchar = false)) TO ${quoted(draft)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  renameWithRetry(draft, file);
}
