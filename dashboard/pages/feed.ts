import type { PublicEntry } from '../../shared/public-record/entry.js';
import { eventSentence } from './history-sections.js';

/** RSS 2.0 of releases, decisions and incidents, the newest first. */
export function feed(
  title: string,
  address: string,
  rows: readonly { readonly index: number; readonly entry: PublicEntry }[],
): string {
  const items = [...rows]
    .reverse()
    .map(
      ({ index, entry }) =>
        `<item><title>${escaped(eventSentence(entry))}</title><link>${address}/</link><guid isPermaLink="false">entry-${index}</guid><pubDate>${new Date(entry.at).toUTCString()}</pubDate></item>`,
    );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>${escaped(title)}</title><link>${address}/</link><description>Releases, decisions and incidents</description>${items.join('')}</channel></rss>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
