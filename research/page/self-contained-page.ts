import { readFileSync } from 'node:fs';
import { Html, html } from './html.js';

export interface PageParts {
  readonly title: string;
  /** What it shows was measured on generated data: said in the title and above everything. */
  readonly synthetic: boolean;
  readonly main: Html;
  /** Rules of this kind of page, after the common ones. */
  readonly css?: string;
  /** Of content; nothing but the page's own styles where it is not given. */
  readonly policy?: string;
  readonly head?: Html;
  readonly tail?: Html;
}

const sheet = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
/** The colours of everything that the fund shows, then the rules of these pages. */
const commonCss = sheet('../../shared/look/palette.css') + sheet('./page.css');

const NOTHING = new Html('');

/** One HTML file: no script, no outside resource, readable on a phone, in the dark and aloud. */
export function selfContainedPage({ title, synthetic, main, css = '', ...more }: PageParts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(more.policy ?? "default-src 'none'; style-src 'unsafe-inline'")}">${more.head ?? NOTHING}
<title>${synthetic ? 'SYNTHETIC ' : ''}${title}</title>
<style>
${new Html(commonCss + css)}</style>
</head>
<body>
${synthetic ? html`<div class="banner" role="note">SYNTHETIC: every number on this page comes from a generated market</div>\n` : ''}<main>
${main}
</main>${more.tail ?? NOTHING}
</body>
</html>
`;
  return page.text;
}
