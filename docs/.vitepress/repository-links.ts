import { existsSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

const DOCS = path.resolve(import.meta.dirname, '..');
const NAMED_PAGE = /\bdocs\/([a-z-]+)\.md\b/;

type Token = ReturnType<MarkdownRenderer['parse']>[number];
type NewToken = new (type: string, tag: string, nesting: -1 | 0 | 1) => Token;

/**
 * Links that leave docs/ lead to files of the repository: a git host follows them, the site has no such page. They become
 * plain text there, and a build fails where the file is not. A page that a text only names (`docs/ship.md`) becomes a link.
 */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', (state) => {
    for (const token of state.tokens)
      if (token.type === 'inline' && token.children) {
        asText(token.children, String(state.env.path));
        token.children = withNamedPages(token.children, state.Token as NewToken);
      }
  });
}

function asText(tokens: readonly Token[], page: string): void {
  const leaves: boolean[] = [];
  for (const token of tokens) {
    if (token.type === 'link_open') {
      const href = String(token.attrGet('href'));
      leaves.push(href.startsWith('../'));
      if (!leaves.at(-1)) continue;
      requireFile(href, page);
      token.tag = 'span';
      token.attrs = [['title', `${href.replace(/^(\.\.\/)+/, '')}, a file of the repository`]];
    } else if (token.type === 'link_close' && leaves.pop()) token.tag = 'span';
  }
}

function requireFile(href: string, page: string): void {
  const file = path.resolve(DOCS, decodeURIComponent(href.replace(/#.*/, '')));
  if (!existsSync(file)) throw new Error(`${page} links to ${href}, and there is no such file`);
}

function withNamedPages(tokens: readonly Token[], NewToken: NewToken): Token[] {
  let depth = 0;
  return tokens.flatMap((token) => {
    depth += token.type.startsWith('link_') ? token.nesting : 0;
    if (token.type !== 'text' || depth > 0 || !NAMED_PAGE.test(token.content)) return [token];
    // Every second part is the name of a page.
    return token.content.split(NAMED_PAGE).flatMap((part, index) => {
      const text = new NewToken('text', '', 0);
      text.content = part;
      if (index % 2 === 0) return [text];
      const open = new NewToken('link_open', 'a', 1);
      open.attrs = [['href', `./${part}.md`]];
      return [open, text, new NewToken('link_close', 'a', -1)];
    });
  });
}
