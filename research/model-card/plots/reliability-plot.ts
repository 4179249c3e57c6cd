import type { HeadEvidence } from '../../gate/report.js';
import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';

/** Observed frequency against forecast probability of "up", with 95 % intervals; points on the diagonal are calibrated. */
export function reliabilityPlot({ head, reliability }: HeadEvidence): Html {
  const bins = reliability.flatMap(({ meanProbability, frequency, low, high, rows }) =>
    meanProbability === null || frequency === null || low === null || high === null
      ? []
      : [{ meanProbability, frequency, low, high, rows }],
  );
  const { x, y, drawing } = frame({
    description: `${head}: how often the market rose for each forecast probability of a rise`,
    xTitle: 'forecast probability of up',
    yTitle: 'observed frequency',
    xRange: [0, 1],
    yRange: [0, 1],
    xLabels: [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => ({ value, text: String(value) })),
    yText: String,
  });
  const most = Math.max(1, ...bins.map(({ rows }) => rows));
  return drawing([
    html`<line class="ideal" x1="${at(x(0))}" y1="${at(y(0))}" x2="${at(x(1))}" y2="${at(y(1))}"/>`,
    ...bins.map(({ meanProbability, frequency, low, high, rows }) => {
      const [cx, radius] = [at(x(meanProbability)), at(2.5 + 4 * Math.sqrt(rows / most))];
      return html`<line class="interval" x1="${cx}" x2="${cx}" y1="${at(y(low))}" y2="${at(y(high))}"/><circle class="candidate-fill" cx="${cx}" cy="${at(y(frequency))}" r="${radius}"/>`;
    }),
  ]);
}
