import type { HeadEvidence } from '../../gate/report.js';
import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';

/** Mean move that followed, by tenth of the expected move, before costs; the marks are what was expected. */
export function decilePlot({ head, deciles }: HeadEvidence): Html {
  const values = deciles.flatMap(({ expectedTicks, moveTicks }) => [expectedTicks ?? 0, moveTicks ?? 0]);
  const { x, y, drawing } = frame({
    description: `${head}: mean move in ticks for each tenth of the expected move, lowest first`,
    xTitle: 'tenth of the expected move, lowest first',
    yTitle: 'ticks',
    xRange: [0.5, deciles.length + 0.5],
    yRange: [1.05 * Math.min(0, ...values), 1.05 * Math.max(0.1, ...values)],
    xLabels: deciles.map((_, i) => ({ value: i + 1, text: String(i + 1) })),
    yText: String,
  });
  const halfWidth = 0.36 * (x(2) - x(1));
  return drawing(
    deciles.flatMap(({ expectedTicks, moveTicks }, i) => {
      if (expectedTicks === null || moveTicks === null) return [];
      const [center, zero, end] = [x(i + 1), y(0), y(moveTicks)];
      const expected = at(y(expectedTicks));
      return [
        html`<rect class="${moveTicks * expectedTicks < 0 ? 'against-fill' : 'candidate-fill'}" x="${at(center - halfWidth)}" width="${at(2 * halfWidth)}" y="${at(Math.min(zero, end))}" height="${at(Math.abs(end - zero))}"/>`,
        html`<line class="expected" x1="${at(center - halfWidth - 3)}" x2="${at(center + halfWidth + 3)}" y1="${expected}" y2="${expected}"/>`,
      ];
    }),
  );
}
