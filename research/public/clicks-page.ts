import { type Column, html, list, table } from '../page/html.js';
import { selfContainedPage } from '../page/self-contained-page.js';
import type { ClicksReview } from './review-clicks.js';

type Sum = ClicksReview['pages'][number];

const COLUMNS: readonly Column<Sum>[] = [
  { title: '', cell: ({ page }) => page },
  { title: 'clicks', cell: ({ clicks }) => String(clicks), numeric: true },
  { title: 'month before', cell: ({ before }) => (before === null ? '-' : String(before)), numeric: true },
];

/** The report of a month's clicks. */
export function clicksPage({
  month,
  clicks,
  clicksBefore,
  flags,
  pages,
  targets,
  campaigns,
  days,
}: ClicksReview): string {
  return selfContainedPage({
    title: `Clicks of ${month}`,
    synthetic: false,
    main: html`<main><h1>Clicks of ${month}</h1>
<p>${clicks} clicks${clicksBefore === null ? '' : `, ${clicksBefore} the month before`}. Nothing is known of who clicked.</p>
<section><h2>To look at</h2>${flags.length > 0 ? list(flags) : html`<p>Nothing is odd.</p>`}</section>
<section>${table('Pages', pages, COLUMNS)}${table('Followed from them', targets, COLUMNS)}${table('Campaigns', campaigns, COLUMNS)}
${table('Days', days, [
  { title: 'day', cell: ({ day }) => day },
  { title: 'clicks', cell: ({ clicks: n }) => String(n), numeric: true },
])}</section></main>`,
  });
}
