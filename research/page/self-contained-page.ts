import { readFileSync } from 'node:fs';
import { Html, html } from './html.js';

export interface PageParts {
  readonly title: string;
  /** What it shows was measured on generated data: said in the title and above everything. */
  readonly synthetic: boolean;
  readonly main: Html;
  /** Rules of this kind of page, after the common ones. */
  readonly css?: string;
}

const commonCss = readFileSync(new URL('./page.css', import.meta.url), 'utf8');

/** One HTML file: no script, no outside resource, readable on a phone, in the dark and aloud. */
export function selfContainedPage({ title, synthetic, main, css = '' }: PageParts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${synthetic ? 'SYNTHETIC ' : ''}${title}</title>
<style>
${new Html(commonCss + css)}</style>
</head>
<body>
${synthetic ? html`<div class="banner" role="note">SYNTHETIC: every number on this page comes from a generated market</div>\n` : ''}<main>
${main}
</main>
</body>
</html>
`;
  return page.text;
}
