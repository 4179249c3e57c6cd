import { createHash } from 'node:crypto';
import { Html, html } from '../../page/html.js';
import { selfContainedPage } from '../../page/self-contained-page.js';

export interface SiteAddresses {
  readonly fundName: string;
  /** Name of this site, as clicks tell it. */
  readonly site: string;
  /** The public page; '' where there is none yet. */
  readonly record: string;
  readonly home: string;
  readonly trades: string;
}

/** Counts a click where the visitor does not object; and filters a table as somebody types. */
const SCRIPT = `(() => {
  const record = document.body.querySelector('[data-record]')?.dataset;
  const quiet = navigator.globalPrivacyControl || navigator.doNotTrack === '1';
  const tell = (target) => navigator.sendBeacon(record.record + '/click', JSON.stringify({
    site: record.site, page: location.pathname, target, id: crypto.randomUUID(),
    campaign: new URLSearchParams(location.search).get('c')?.match(/^[A-Za-z0-9_-]{1,40}$/)?.[0] }));
  if (record?.record && !quiet && crypto.randomUUID) {
    tell();
    document.addEventListener('click', ({ target }) => {
      const link = target.closest?.('a[href]');
      if (link) tell((link.host === location.host ? link.pathname : link.host).slice(0, 120));
    });
  }
  const search = document.getElementById('search');
  if (search) {
    search.hidden = false;
    search.oninput = () => {
      const word = search.value.toLowerCase();
      for (const row of document.querySelectorAll('tbody tr')) row.hidden = !row.textContent.toLowerCase().includes(word);
    };
  }
})();`;
const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64');

const CSS = `nav{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;margin:0 0 1.5rem}nav a[aria-current]{color:inherit;font-weight:600;text-decoration:none}#search{font:inherit;padding:.4rem .6rem;width:100%;max-width:24rem}`;

export interface SitePage {
  /** '' for the first page. */
  readonly slug: string;
  readonly title: string;
  readonly body: Html;
}

/** A page of a site: the same look as every other page of the fund, no request but the click's. */
export function siteFile(
  page: SitePage,
  all: readonly SitePage[],
  addresses: SiteAddresses,
  synthetic: boolean,
): string {
  const { fundName, site, record } = addresses;
  const links = all.map(({ slug, title }) =>
    slug === page.slug
      ? html`<a href="/${slug}" aria-current="page">${title}</a>`
      : html`<a href="/${slug}">${title}</a>`,
  );
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${SCRIPT_HASH}'${record ? `; connect-src ${new URL(record).origin}` : ''}; base-uri 'none'; form-action 'none'`;
  return selfContainedPage({
    title: page.slug === '' ? fundName : `${page.title} - ${fundName}`,
    synthetic,
    css: CSS,
    policy,
    main: html`<main data-record="${record}" data-site="${site}"><nav aria-label="Pages">${links}</nav><h1>${page.slug === '' ? fundName : page.title}</h1>${page.body}</main>`,
    tail: new Html(`<script>${SCRIPT}</script>`),
  });
}
