import { type Html, html, list } from '../../page/html.js';
import { selfContainedPage } from '../../page/self-contained-page.js';
import type { ModelCard } from '../model-card.js';
import { featureSection } from './feature-section.js';
import { headSection } from './head-section.js';
import { originSection } from './origin-section.js';
import { resultSection } from './result-section.js';
import { summarySection } from './summary-section.js';

/** The card as one page. */
export function cardPage(card: ModelCard): string {
  return selfContainedPage({
    title: `Model card: ${card.instrument}, ${card.shipId}`,
    synthetic: card.synthetic,
    main: html`${summarySection(card)}
${resultSection(card)}
${card.heads.map((head) => headSection(card, head))}
${limitSection(card)}
${originSection(card)}
${featureSection(card)}`,
  });
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
