import { dateText } from '../gate/wording.js';
import type { ModelCardFacts } from './model-card-facts.js';
import { horizonText } from './page/wording.js';

/** What the card's numbers do not say, one sentence each. */
export function limitsOf({ synthetic, instrument, heads, gate, ensemble }: ModelCardFacts): string[] {
  const { portfolio } = gate.evidence;
  const limits: string[] = [];
  if (synthetic)
    limits.push(
      'SYNTHETIC: the market was generated with a planted signal. Nothing here says that a real market can be predicted.',
    );
  if (portfolio) {
    const [first, last] = [portfolio.daily[0], portfolio.daily.at(-1)];
    const span = first && last ? ` (${dateText(first.tradeDate)} to ${dateText(last.tradeDate)})` : '';
    limits.push(`Tested on ${portfolio.tradeDates} trade dates${span}; other regimes were not seen.`);
  } else limits.push('No fold could be scored: nothing is known of its worth out of sample.');
  limits.push(
    `For ${instrument} in the hours that the training data covers, and for horizons of ${heads.map(({ spec }) => horizonText(spec.horizonMs)).join(', ')}.`,
    `Orders cross the spread in the recorded book, ten milliseconds after the decision, and pay ${ensemble.policy.feeTicks} ticks of fees a side; market impact and what an outage does are not modelled.`,
    'The newest trade dates were kept for the test: the heads have not learned from them.',
  );
  return limits;
}
