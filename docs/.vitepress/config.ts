import { defineConfig } from 'vitepress';
import { repositoryLinks } from './repository-links.js';
import { requireLinks } from './require-links.js';
import { sidebar } from './sidebar.js';
import { slugOf } from './slug.js';

/** The pages are the files of docs/, which a git host shows as well; what is here only puts a frame around them. */
export default defineConfig({
  title: 'believe',
  description: "The machinery around a small fund's futures model",
  lang: 'en',
  outDir: '../dist/docs',
  cacheDir: '../node_modules/.cache/vitepress',
  // A data: icon is no request, and right under every base path.
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon())}` }]],
  markdown: {
    anchor: { slugify: slugOf },
    // Braces in a text are braces.
    attrs: { disable: true },
    config: repositoryLinks,
  },
  buildEnd: ({ outDir, site }) => requireLinks(outDir, site.base),
  themeConfig: {
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    externalLinkIcon: true,
    docFooter: { prev: 'Before', next: 'Next' },
  },
});

function icon(): string {
  return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#3451b2"/><path d="M5 3v10h4a3 3 0 0 0 1-5.8A2.7 2.7 0 0 0 8 3z" fill="none" stroke="#fff" stroke-width="1.8"/></svg>';
}
