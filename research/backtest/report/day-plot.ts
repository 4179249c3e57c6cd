import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';
import type { BacktestDay } from '../backtest-day.js';
import { shortMoney } from './equity-plot.js';

/** Profit of each trade date. */
export function dayPlot(days: readonly BacktestDay[]): Html {
  const values = days.map(({ pnl }) => pnl);
  const every = Math.ceil(days.length / 4);
  const { x, y, drawing } = frame({
    description: `Profit of each of ${days.length} trade dates, ${values.filter((pnl) => pnl > 0).length} of them above zero`,
    xTitle: 'trade date',
    yTitle: 'profit of the day, net',
    xRange: [0.5, days.length + 0.5],
    yRange: [Math.min(0, ...values), Math.max(1, ...values)],
    xLabels: days.flatMap(({ tradeDate }, i) => (i % every === 0 ? [{ value: i + 1, text: tradeDate }] : [])),
    yText: shortMoney,
    width: 560,
    height: 280,
  });
  const halfWidth = Math.min(30, 0.36 * (x(2) - x(1)));
  return drawing(
    values.map((pnl, i) => {
      const [zero, end] = [y(0), y(pnl)];
      return html`<rect class="${pnl < 0 ? 'against-fill' : 'candidate-fill'}" x="${at(x(i + 1) - halfWidth)}" width="${at(2 * halfWidth)}" y="${at(Math.min(zero, end))}" height="${at(Math.abs(end - zero))}"/>`;
    }),
  );
}
