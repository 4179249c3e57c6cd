import { readFileSync } from 'node:fs';
import type { ModelCard } from '../model-card.js';
import { featureSection } from './feature-section.js';
import { headSection } from './head-section.js';
import { Html, html, list } from './html.js';
import { originSection } from './origin-section.js';
import { resultSection } from './result-section.js';
import { summarySection } from './summary-section.js';

const css = new Html(readFileSync(new URL('./card.css', import.meta.url), 'utf8'));

/** The card as one self-contained page: no script, no outside resource, readable on a phone, in the dark and aloud. */
export function cardPage(card: ModelCard): string {
  const title = `Model card: ${card.instrument}, ${card.shipId}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${card.synthetic ? 'SYNTHETIC ' : ''}${title}</title>
<style>
${css}</style>
</head>
<body>
${card.synthetic ? html`<div class="banner" role="note">SYNTHETIC: every number on this page comes from a generated market</div>\n` : ''}<main>
${summarySection(card)}
${resultSection(card)}
${card.heads.map((head) => headSection(card, head))}
${limitSection(card)}
${originSection(card)}
${featureSection(card)}
</main>
</body>
</html>
`;
  return page.text;
}

function limitSection({ limits, knownFailures, killCriteria, lifetimeDays }: ModelCard): Html {
  return html`<section><h2>Limits and end of life</h2>
<h3>What the numbers do not say</h3>
${list(limits)}
<h3>Where this candidate was seen to fail</h3>
${knownFailures.length > 0 ? list(knownFailures) : html`<p>Nowhere that the gate looked.</p>`}
<h3>Stop trading it when</h3>
${list(killCriteria.map(({ sentence }) => sentence))}
<p>In any case it expires ${lifetimeDays} days after it was signed: no broker loads it from then on.</p>
</section>`;
}
