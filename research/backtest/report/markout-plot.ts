import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';
import type { Markout } from '../markouts.js';

/** Mean markout of each horizon. */
export function markoutPlot(markouts: readonly Markout[]): Html {
  const values = markouts.map(({ meanTicks }) => meanTicks ?? 0);
  const { x, y, drawing } = frame({
    description: `Mean markout in ticks: ${markouts.map(({ seconds, meanTicks }) => `${seconds} s ${meanTicks?.toFixed(2) ?? 'unknown'}`).join(', ')}`,
    xTitle: 'time after the fill',
    yTitle: 'ticks a contract',
    xRange: [0.5, markouts.length + 0.5],
    yRange: [1.1 * Math.min(-0.1, ...values), 1.1 * Math.max(0.1, ...values)],
    xLabels: markouts.map(({ seconds }, i) => ({ value: i + 1, text: `${seconds} s` })),
    yText: String,
    width: 560,
    height: 280,
  });
  const zero = y(0);
  return drawing(
    markouts.map(({ meanTicks }, i) => {
      const end = y(meanTicks ?? 0);
      const text = meanTicks === null ? '-' : meanTicks.toFixed(2);
      return html`<rect class="${(meanTicks ?? 0) < 0 ? 'against-fill' : 'candidate-fill'}" x="${at(x(i + 1) - 30)}" width="60" y="${at(Math.min(zero, end))}" height="${at(Math.abs(end - zero))}"/><text class="tick" x="${at(x(i + 1))}" y="${at(Math.min(end, zero) - 5)}" text-anchor="middle">${text}</text>`;
    }),
  );
}
