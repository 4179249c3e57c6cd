import type { PublicEntry } from '../../../shared/public-record/entry.js';
import { type Html, html, list } from '../../page/html.js';
import type { stateKeysOf } from '../state-keys.js';
import type { SiteAddresses, SitePage } from './site-frame.js';

/** The fund's own site. It says what the machinery does, and no number that is not in the record. */
export function fundPages(
  addresses: SiteAddresses,
  entries: readonly PublicEntry[],
  keys: ReturnType<typeof stateKeysOf>,
): SitePage[] {
  const { fundName, record, trades } = addresses;
  const days = entries.filter((entry) => entry.kind === 'day');
  const gates = entries.filter((entry) => entry.kind === 'gate');
  const held = gates.filter((entry) => entry.kind === 'gate' && entry.verdict === 'hold').length;
  const link = (href: string, text: string): Html =>
    href ? html`<a href="${href}">${text}</a>` : html`${text} (not deployed yet)`;
  return [
    {
      slug: '',
      title: 'Home',
      body: html`<p>${fundName} trades one futures model, and shows what it does as it does it: every fill is committed to a public log before anybody knows how it ends.</p>
<p>${link(record, 'The live record')}, ${link(trades, 'every trade')}. What you read there your own browser checks.</p>
<p class="quiet">PLACEHOLDER: who runs the fund, its regulator and how to reach it are for the fund to write.</p>`,
    },
    {
      slug: 'methods',
      title: 'Methods',
      body: html`<p>Three models look at the market: one at ten levels of the order book, one at five-minute bars, one at the flow of trades. Their calibrated forecasts become one position, only where the expected move is worth its costs.</p>
<p>A new model reaches the market by one way only: trained on a pinned set of data, judged by a gate on dates that neither it nor the model in use has seen, signed, verified by the trading machine itself, and loaded at the open of regular trading hours. What the gate holds, people decide on by their own signatures; both are in the record.</p>`,
    },
    {
      slug: 'data',
      title: 'Data',
      body: html`<p>Every event that the trading machine sees is kept, signed in batches that follow each other without a gap, and taken by research once. Each day every decision is computed again from what was kept; the number of days on which all of them were the same, to the last bit, is on the live page.</p>`,
    },
    {
      slug: 'performance',
      title: 'Performance',
      body: html`<p>${days.length === 0 ? 'No trade date is complete yet.' : `${days.length} trade dates are in the record; results are net of costs.`} ${link(record, 'The live record')} shows them with a table behind each chart.</p>
<p>Past results say little about future ones. What a backtest promised stands beside what happened.</p>`,
    },
    {
      slug: 'philosophy',
      title: 'Philosophy',
      body: html`<p>A record that its owner can rewrite is an advertisement. So ours cannot be rewritten unnoticed: it is a log that only grows, and everybody who looks keeps a piece of the proof.</p>
<p>Bad days, held candidates and incidents are in it for the same reason as good ones: they happened.</p>`,
    },
    {
      slug: 'research',
      title: 'Research',
      body: html`<p>${gates.length === 0 ? 'No candidate was judged yet.' : `${gates.length} candidates were judged so far, ${held} of them held.`} Every try counts: a recipe that was found by trying many has to prove more.</p>`,
    },
    {
      slug: 'verify',
      title: 'Check it yourself',
      body: html`<p>Name of the log: <code>${keys.origin}</code>. Its keys, here as a second place to find them:</p>
${list([...keys.stateKeys, ...keys.verifierKeys])}
<p>The log is C2SP tlog-tiles with signed-note checkpoints: Go's <code>sumdb/tlog</code> and <code>note</code> read it without any code of ours.</p>`,
    },
  ];
}
