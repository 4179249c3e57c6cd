import { type Html, html } from '../../page/html.js';
import { at, linear } from '../../page/plot-axis.js';
import { WIDTH } from '../../page/plot-frame.js';
import type { FeatureImportance } from '../../training/feature-importance.js';

const SHOWN = 12;
const ROW = 20;
const NAMES = 170;
const SHARES = 52;

/** The features that brought most of the fall of the training loss. */
export function importancePlot(head: string, importance: readonly FeatureImportance[]): Html {
  const shown = importance.filter(({ gainShare }) => gainShare > 0).slice(0, SHOWN);
  const width = linear([0, shown[0]?.gainShare ?? 1], [0, WIDTH - NAMES - SHARES]);
  const height = ROW * shown.length + 6;
  const bars = shown.map(({ feature, gainShare }, i) => {
    const top = 3 + ROW * i;
    const text = `${(100 * gainShare).toFixed(1)} %`;
    return html`<text class="tick" x="${NAMES - 8}" y="${top + 14}" text-anchor="end">${feature}</text><rect class="candidate-fill" x="${NAMES}" y="${top + 3}" width="${at(Math.max(1, width(gainShare)))}" height="${ROW - 6}"/><text class="tick" x="${at(NAMES + width(gainShare) + 6)}" y="${top + 14}">${text}</text>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${head}: share of the training gain of its ${shown.length} most important features">${bars}</svg>`;
}
