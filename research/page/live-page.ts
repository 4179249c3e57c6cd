import { createHash } from 'node:crypto';
import { Html, html } from './html.js';
import { selfContainedPage } from './self-contained-page.js';

/** Reloads what is shown when the server says that something has changed, and says where it is not reached any more. */
const SCRIPT = `(() => {
  const age = document.getElementById('connection');
  const source = new EventSource('events');
  source.onmessage = async () => {
    if (document.querySelector('details[open]')) return;
    const text = await (await fetch(location.href)).text();
    const next = new DOMParser().parseFromString(text, 'text/html');
    document.querySelector('main').replaceWith(next.querySelector('main'));
    document.title = next.title;
    age.textContent = '';
  };
  source.onopen = () => { age.textContent = ''; };
  source.onerror = () => { age.textContent = 'The page server does not answer: what is shown is old.'; };
})();`;

const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64');

/** Of the HTTP answer: nothing but what the page itself brings, and its own server. */
export const LIVE_PAGE_POLICY = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${SCRIPT_HASH}'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

/** A page that stays open: with a script it follows what happens; without, it is loaded again every half minute. */
export function livePage(parts: {
  readonly title: string;
  readonly synthetic: boolean;
  readonly main: Html;
  readonly css?: string;
}): string {
  const main = html`<p id="connection" role="alert"></p>${parts.main}`;
  return selfContainedPage({
    ...parts,
    main,
    policy: LIVE_PAGE_POLICY,
    head: new Html('<noscript><meta http-equiv="refresh" content="30"></noscript>'),
    tail: new Html(`<script>${SCRIPT}</script>`),
  });
}
