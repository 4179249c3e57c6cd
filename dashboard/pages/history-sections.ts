import { html, raw } from 'hono/html';
import type { PublicHistory } from '../../shared/public-record/documents.js';
import type { EntryOf, PublicEntry } from '../../shared/public-record/entry.js';
import { equityChart } from './equity-chart.js';
import { type Column, table } from './table.js';

type Row<K extends PublicEntry['kind']> = { readonly index: number; readonly entry: EntryOf<K> };

const rendered = new WeakMap<PublicHistory, string>();

/** A part of the page that is the same for every visitor until its document is another one: made once. */
export function section(document: PublicHistory | undefined, make: (document: PublicHistory | undefined) => unknown) {
  if (document === undefined) return make(document);
  const before = rendered.get(document);
  if (before !== undefined) return raw(before);
  const made = String(make(document));
  rendered.set(document, made);
  return raw(made);
}

const rowsOf = <K extends PublicEntry['kind']>(document: PublicHistory | undefined, kind: K): Row<K>[] =>
  (document?.rows ?? []).filter((row): row is Row<K> => row.entry.kind === kind);

export function resultsSection(document: PublicHistory | undefined) {
  const days = rowsOf(document, 'day');
  if (days.length === 0) return html`<h2>Results</h2><p>No trade date is complete yet.</p>`;
  const summary = days.length === 1 ? 'The date as a table' : `All ${days.length} dates as a table`;
  return html`<h2>Results</h2>${equityChart(days.map(({ entry }) => entry))}<details><summary>${summary}</summary>${table('Trade dates, newest first', [...days].reverse(), DAY_COLUMNS, entryMark)}</details>`;
}

export function fillsSection(document: PublicHistory | undefined) {
  const fills = rowsOf(document, 'fill');
  return html`<h2>Fills</h2>
<p class="quiet">Every fill is in the log as a salted hash as soon as it is known, and is opened later: what turned out badly cannot be left out. ${document?.total ?? 0} are open.</p>
${fills.length > 0 ? table('Newest fills', fills.slice(-20).reverse(), FILL_COLUMNS, entryMark) : html`<p>None is open yet.</p>`}`;
}

export function eventsSection(document: PublicHistory | undefined) {
  const rows = (document?.rows ?? []).slice(-30).reverse();
  return html`<h2>Releases, decisions and incidents</h2>
${rows.length > 0 ? table('Newest events', rows, EVENT_COLUMNS, entryMark) : html`<p>Nothing has happened yet.</p>`}`;
}

const number = (value: number | null, digits = 1) => (value === null ? '-' : value.toFixed(digits));
const entryMark = ({ index, entry }: { readonly index: number; readonly entry: PublicEntry }) =>
  html`data-index="${index}" data-entry="${JSON.stringify(entry)}"`;

const DAY_COLUMNS: readonly Column<Row<'day'>>[] = [
  { title: 'date', cell: ({ entry }) => entry.tradeDate, isTime: true },
  { title: 'net ticks', cell: ({ entry }) => number(entry.netTicks), isNumber: true },
  { title: 'net USD', cell: ({ entry }) => number(entry.netUsd, 2), isNumber: true },
  { title: 'expected ticks', cell: ({ entry }) => number(entry.expectedTicks), isNumber: true },
  { title: 'fills', cell: ({ entry }) => entry.fills, isNumber: true },
  { title: 'release', cell: ({ entry }) => (entry.modelVersion === null ? '-' : `v${entry.modelVersion}`) },
  {
    title: 'live = replay',
    cell: ({ entry }) => `${entry.compared - entry.different} of ${entry.compared}`,
    isNumber: true,
  },
  { title: 'features drifted', cell: ({ entry }) => entry.drifted, isNumber: true },
  { title: 'findings', cell: ({ entry }) => entry.findings.join(', ') || '-' },
  { title: 'entry', cell: ({ index }) => index, isNumber: true },
];
const FILL_COLUMNS: readonly Column<Row<'fill'>>[] = [
  { title: 'no.', cell: ({ entry }) => entry.number, isNumber: true },
  { title: 'market time', cell: ({ entry }) => entry.fill.marketTime.replace('T', ' ').slice(0, 19), isTime: true },
  { title: 'contract', cell: ({ entry }) => entry.fill.instrument },
  { title: 'side', cell: ({ entry }) => entry.fill.side },
  { title: 'contracts', cell: ({ entry }) => entry.fill.contracts, isNumber: true },
  { title: 'price', cell: ({ entry }) => entry.fill.price, isNumber: true },
  { title: 'release', cell: ({ entry }) => (entry.fill.modelVersion === null ? '-' : `v${entry.fill.modelVersion}`) },
  { title: 'sealed as', cell: ({ entry }) => entry.sealedAs, isNumber: true },
  { title: 'entry', cell: ({ index }) => index, isNumber: true },
];
const EVENT_COLUMNS: readonly Column<{ readonly index: number; readonly entry: PublicEntry }>[] = [
  { title: 'at (UTC)', cell: ({ entry }) => entry.at.replace('T', ' ').slice(0, 19), isTime: true },
  { title: 'what', cell: ({ entry }) => eventSentence(entry) },
  { title: 'entry', cell: ({ index }) => index, isNumber: true },
];

export function eventSentence(entry: PublicEntry): string {
  switch (entry.kind) {
    case 'gate':
      return `Gate: ${entry.shipId} ${entry.outcome === 'pass' ? 'passed' : `is ${entry.outcome === 'hold' ? 'held' : 'inconclusive'}: ${entry.reasons[0] ?? ''}`}`;
    case 'release':
      return `Release v${entry.modelVersion} signed${entry.rollbackOf === null ? '' : `, back to v${entry.rollbackOf}`}${entry.gateVerdict === 'hold' ? ', held and approved' : ''}`;
    case 'decision':
      return `Decision on ${entry.shipId}: ${entry.verdict}; ${entry.reason}`;
    case 'swap':
      return `Bridge: v${entry.modelVersion} ${entry.outcome === 'swapped' ? 'is live' : 'was refused'}`;
    case 'incident':
      return `Incident ${entry.alarm} ${entry.state === 'raised' ? 'began' : 'is over'}`;
    default:
      return entry.kind;
  }
}
