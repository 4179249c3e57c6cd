import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Every link, picture and anchor of the built pages leads somewhere within them. VitePress looks at pages, not at anchors.
 * @throws Error that names each page and what it links to in vain
 */
export function requireLinks(outDir: string, base: string): void {
  const dead = pagesOf(outDir).flatMap(([page, html]) =>
    linksOf(html)
      .filter((link) => !leadsSomewhere(link, page))
      .map((link) => `${page}: ${link}`),
  );
  if (dead.length > 0) throw new Error(`dead links:\n${dead.join('\n')}`);

  function leadsSomewhere(link: string, page: string): boolean {
    if (/^(https?|mailto|data):/.test(link)) return true;
    const { pathname, hash } = new URL(link, `http://site${base}${page}`);
    if (!pathname.startsWith(base)) return false;
    const inside = decodeURIComponent(pathname.slice(base.length));
    const file = path.join(outDir, inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside);
    if (!existsSync(file)) return false;
    return hash === '' || idsOf(readFileSync(file, 'utf8')).has(decodeURIComponent(hash.slice(1)));
  }
}

function pagesOf(outDir: string): [page: string, html: string][] {
  return readdirSync(outDir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .map((file) => [file.split(path.sep).join('/'), readFileSync(path.join(outDir, file), 'utf8')]);
}

const linksOf = (html: string) =>
  [...html.matchAll(/<(?:a|link)\s[^>]*?\bhref="([^"]*)"|<(?:img|script)\s[^>]*?\bsrc="([^"]*)"/g)].map(
    ([, href, src]) => (href ?? src ?? '').replaceAll('&amp;', '&').replaceAll('&#39;', "'"),
  );

const idsOf = (html: string) => new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
