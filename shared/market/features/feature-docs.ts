import type { FeatureDefinition, WarmUp } from './feature-definition.js';
import { FEATURE_SCHEMA_VERSION, FEATURES, featureSchemaSha256 } from './schema.js';
import { BUCKET_NS } from './time-windows.js';

const FAMILIES: readonly { family: FeatureDefinition['family']; title: string; intro: string }[] = [
  {
    family: 'book',
    title: 'Book',
    intro:
      'Of the ten-level book and of what happens to it. q: contracts shown; b bid, a ask; level 1 is the best. ' +
      'An exchange event counts once its last operation leaves the book complete, sorted and uncrossed.',
  },
  {
    family: 'flow',
    title: 'Trade flow',
    intro:
      'Of the trades. v: contracts; s: +1 where the buyer was the aggressor, -1 where the seller was, 0 where unknown.',
  },
  {
    family: 'session',
    title: 'Session',
    intro:
      "Where the newest event lies in its trade date, by the calendar of its product's group ([calendar.md](calendar.md)).",
  },
  {
    family: 'bar',
    title: 'Five-minute bars',
    intro:
      'Of the bars that have closed; bar 0 is the newest: c close, h high, l low, v volume. Five minutes without a trade ' +
      'are no bar, and the history runs over them and over nights; a break of more than four days empties it.',
  },
];

/** docs/features.md, from the schema: `node scripts/generate-features.mjs` writes it. */
export function renderFeatureDocs(): string {
  return [
    '# Features',
    '',
    'Generated from `shared/market/features/schema.ts` by `node scripts/generate-features.mjs`; do not edit.',
    '',
    `Schema version ${FEATURE_SCHEMA_VERSION}, sha256 \`${featureSchemaSha256}\`. A release names the hash of the schema it was trained on,`,
    'and a head trained on another one is refused.',
    '',
    'One engine computes them, in the bridge, in replay and in training. What it says depends only on the events and bars',
    'it was fed, in their order: not on how they were cut into batches, nor on the machine (a feature uses only + - * / and',
    'square roots, and sums only whole numbers). The value is rounded to float32 once, when it is read.',
    '',
    `A window of n seconds looks at market time (receive time) in buckets of ${BUCKET_NS / 1e6} ms that count from the epoch: it covers`,
    `the bucket that is filling and the ${1e9 / BUCKET_NS}n - 1 before it. It is warm once all of those began after the first settled book`,
    'since the stream began, or was broken by a reset or a gap. After a gap the book is not trusted until the next reset.',
    'A head is read only where each of its features is warm and none is stale.',
    '',
    ...FAMILIES.flatMap(({ family, title, intro }) => [
      `## ${title}`,
      '',
      intro,
      '',
      '| feature | formula | unit | warm after | stale when | source |',
      '|---|---|---|---|---|---|',
      ...FEATURES.filter((feature) => feature.family === family).map(row),
      '',
    ]),
  ].join('\n');
}

function row({ name, formula, unit, warmUp, staleness, source }: FeatureDefinition): string {
  const stale = staleness ? `no ${staleness.of} for ${staleness.maxAgeMs / 1000} s` : 'never';
  const cells = [`\`${name}\``, formula, unit, warmth(warmUp), stale, source];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function warmth({ bookLevels, windowMs, trades, bars }: WarmUp): string {
  const needs = [
    bookLevels && `${bookLevels} level${bookLevels > 1 ? 's' : ''} a side`,
    windowMs && `${windowMs / 1000} s unbroken`,
    trades && `${trades} trade`,
    bars && `${bars} bar${bars > 1 ? 's' : ''}`,
  ].filter(Boolean);
  return needs.join(', ') || 'at once';
}
