import { type EntryOf, entryBytes, type PublicEntry } from '../../../shared/public-record/entry.js';
import { EMPTY_EDGE, grownLog } from '../../../shared/trust/tlog/grown-log.js';
import { leafHash, proveInclusion, rootHash, type SubtreeHash } from '../../../shared/trust/tlog/merkle.js';
import { hashesFromTiles, tilePath } from '../../../shared/trust/tlog/tiles.js';
import { type Column, html, table } from '../../page/html.js';
import type { SiteAddresses, SitePage } from './site-frame.js';

export interface PublishedFill {
  readonly index: number;
  readonly entry: EntryOf<'fill'>;
}

export function publishedFills(entries: readonly PublicEntry[]): PublishedFill[] {
  return [...entries.entries()].flatMap(([index, entry]) => (entry.kind === 'fill' ? [{ index, entry }] : []));
}

const monthOf = ({ entry }: PublishedFill) => entry.fill.marketTime.slice(0, 7);

const COLUMNS: readonly Column<PublishedFill>[] = [
  { title: 'no.', cell: ({ entry }) => String(entry.number), numeric: true },
  { title: 'market time (UTC)', cell: ({ entry }) => entry.fill.marketTime.replace('T', ' ').slice(0, 23) },
  { title: 'contract', cell: ({ entry }) => entry.fill.instrument },
  { title: 'side', cell: ({ entry }) => entry.fill.side },
  { title: 'contracts', cell: ({ entry }) => String(entry.fill.contracts), numeric: true },
  { title: 'price', cell: ({ entry }) => String(entry.fill.price), numeric: true },
  { title: 'release', cell: ({ entry }) => (entry.fill.modelVersion === null ? '-' : `v${entry.fill.modelVersion}`) },
  { title: 'sealed as', cell: ({ entry }) => String(entry.sealedAs), numeric: true },
  { title: 'entry', cell: ({ index }) => String(index), numeric: true },
  {
    title: 'batch',
    cell: ({ entry: { fill } }) => `${fill.source.stream} ${fill.source.seq}, ${fill.batchSha256.slice(0, 12)}`,
  },
];

/** The public trade log: a page a month, the newest first. */
export function tradePages(fills: readonly PublishedFill[], { record }: SiteAddresses): SitePage[] {
  const months = [...Map.groupBy(fills, monthOf)].sort(([a], [b]) => (a < b ? 1 : -1));
  const first: SitePage = {
    slug: '',
    title: 'Every trade',
    body: html`<p>${fills.length} fills are open. Each was in the log as a salted hash (<em>sealed as</em>) before it was opened (<em>entry</em>), and names the signed batch that it came home in.</p>
<p>All of them: <a href="/fills.csv">CSV</a>, <a href="/fills.parquet">Parquet</a>, <a href="/proofs.jsonl">inclusion proofs</a>. ${record ? html`The log itself: <a href="${record}/checkpoint">checkpoint</a>.` : ''}</p>`,
  };
  return [
    first,
    ...months.map(
      ([month, of]): SitePage => ({
        slug: month,
        title: month,
        body: html`<p><label>Search <input id="search" type="search" hidden></label></p>${table(`Fills of ${month}, newest first`, [...of].reverse(), COLUMNS)}`,
      }),
    ),
  ];
}

/** With a header; RFC 4180. No text of a fill needs quotes. */
export function fillsCsv(fills: readonly PublishedFill[]): string {
  const head =
    'number,marketTime,instrument,side,contracts,price,modelVersion,execution,corrects,batchSha256,stream,batchSeq,sealedAs,entry';
  const rows = fills.map(({ index, entry: { number, sealedAs, fill } }) =>
    [
      ...[number, fill.marketTime, fill.instrument, fill.side, fill.contracts, fill.price, fill.modelVersion ?? ''],
      ...[fill.execution, fill.corrects ?? '', fill.batchSha256, fill.source.stream, fill.source.seq, sealedAs, index],
    ].join(','),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

/** For each fill: the entry's bytes, and the proof from its leaf to the root of the whole log. JSON Lines. */
export function fillProofs(entries: readonly PublicEntry[], fills: readonly PublishedFill[]): string {
  const hashOf = hashesOf(entries);
  const size = entries.length;
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const root = base64(rootHash(size, hashOf));
  return fills
    .map(({ index, entry }) => {
      const bytes = entryBytes(entry);
      const proof = proveInclusion(index, size, hashOf).map(base64);
      return `${JSON.stringify({ index, size, root, entry: base64(bytes), leaf: base64(leafHash(bytes)), proof })}\n`;
    })
    .join('');
}

function hashesOf(entries: readonly PublicEntry[]): SubtreeHash {
  const { files } = grownLog(EMPTY_EDGE, entries.map(entryBytes));
  const tiles = new Map(files.map(({ path, bytes }) => [path, bytes]));
  return hashesFromTiles(entries.length, (tile) => tiles.get(tilePath(tile))!);
}
