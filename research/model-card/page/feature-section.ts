import { type Column, type Html, html, table } from '../../page/html.js';
import type { ModelCard } from '../model-card.js';

type Feature = ModelCard['features'][number];

/** Every input with its unit. */
export function featureSection({ features }: ModelCard): Html {
  const columns: Column<Feature>[] = [
    { title: 'feature', cell: ({ name }) => html`<code>${name}</code>` },
    { title: 'unit', cell: ({ unit }) => unit },
    { title: 'formula', cell: ({ formula }) => formula },
    { title: 'source', cell: ({ source }) => source },
    { title: 'heads', cell: ({ heads }) => heads.join(', ') },
  ];
  return html`<section><h2>Features</h2>${table(`${features.length} inputs, as float32, NaN where missing`, features, columns)}</section>`;
}
