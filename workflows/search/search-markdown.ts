import type { SearchResult } from '../../shared/orchestration/search/messages.js';

/** For the page of the search in the Web UI. */
export function searchMarkdown({ head, synthetic, tried, best, base, gain, pbo, trialsCounted }: SearchResult): string {
  const found =
    best.trial === 0
      ? 'No recipe was better than the one in use.'
      : `Recipe ${best.trial} has a log loss of ${best.logLoss.toFixed(4)}, the one in use ${base.logLoss.toFixed(4)}${gain ? ` (gain ${gain.estimate.toFixed(4)}, 90 %: ${gain.low.toFixed(4)} to ${gain.high.toFixed(4)})` : ''}.`;
  return [
    `**${head}: ${tried} recipes tried${synthetic ? '; SYNTHETIC market data' : ''}**`,
    `${found}${pbo ? ` Probability of overfitting ${(100 * pbo.probability).toFixed(0)} %, over ${pbo.configurations} recipes.` : ''} The ledger counts ${trialsCounted} trials from now on.`,
    ...(best.trial === 0 ? [] : [`\`training.recipes.base.${head}\`: \`${JSON.stringify(best.recipe)}\``]),
  ].join('\n\n');
}
