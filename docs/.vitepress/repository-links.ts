import { existsSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

const DOCS = path.resolve(import.meta.dirname, '..');

/**
 * Links that leave docs/ lead to files of the repository: a git host follows them, the site has no such page. They become
 * plain text there, and a build fails where the file is not. A page that is only named (`docs/ship.md`) becomes a link.
 */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { type, children } of tokens)
      if (type === 'inline' && children) {
        const open: boolean[] = [];
        for (const token of children) {
          if (token.type === 'link_open') {
            const href = String(token.attrGet('href'));
            open.push(leavesDocs(href));
            if (open.at(-1)) {
              requireFile(href, String(env.path));
              token.tag = 'span';
              token.attrs = [['title', `${href.replace(/^(\.\.\/)+/, '')}, a file of the repository`]];
            }
          }
          if (token.type === 'link_close' && open.pop()) token.tag = 'span';
        }
      }
  });
}

const leavesDocs = (href: string) => href.startsWith('../');

function requireFile(href: string, page: string): void {
  const file = path.resolve(DOCS, decodeURIComponent(href.replace(/#.*/, '')));
  if (!existsSync(file)) throw new Error(`${page} links to ${href}, and there is no such file`);
}
