import type { PortfolioEvidence } from '../../gate/report.js';
import { totalInterval } from '../../gate/statistics/day-interval.js';
import { total } from '../../gate/statistics/total.js';
import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';

/** Of the costs that were paid. */
const MULTIPLES = [0, 0.5, 1, 1.5, 2, 2.5, 3];

/** What the same trades would have left at other costs, with the interval over trade dates. */
export function costPlot({ daily }: PortfolioEvidence): Html {
  const points = MULTIPLES.map((times) => {
    const net = daily.map((day) => day.candidateGrossTicks - times * day.candidateCostTicks);
    const sum = total(net, (one) => one);
    const interval = totalInterval(net) ?? { low: sum, high: sum };
    return { times, sum, ...interval };
  });
  const values = points.flatMap(({ low, high }) => [low, high, 0]);
  const breakEven =
    total(daily, ({ candidateGrossTicks }) => candidateGrossTicks) /
    total(daily, ({ candidateCostTicks }) => candidateCostTicks);
  const { x, y, drawing } = frame({
    description: `Net ticks at 0 to 3 times the costs; nothing is left at ${Number.isFinite(breakEven) ? breakEven.toFixed(1) : 'any'} times`,
    xTitle: 'times the costs that were paid',
    yTitle: 'net ticks, all dates',
    xRange: [0, 3],
    yRange: [Math.min(...values), Math.max(...values)],
    xLabels: MULTIPLES.map((value) => ({ value, text: String(value) })),
    yText: (value) => value.toLocaleString('en-US'),
    width: 560,
    height: 240,
  });
  const corner = (times: number, ticks: number) => `${at(x(times))},${at(y(ticks))}`;
  const band = [
    ...points.map(({ times, high }) => corner(times, high)),
    ...points.map(({ times, low }) => corner(times, low)).reverse(),
  ];
  const line = points.map(({ times, sum }) => corner(times, sum)).join(' ');
  return drawing([
    html`<polygon class="band" points="${band.join(' ')}"/>`,
    html`<polyline class="candidate-line" points="${line}"/>`,
  ]);
}
