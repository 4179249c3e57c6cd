import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';
import type { BacktestDay } from '../backtest-day.js';

const POINTS_MAX = 900;
const WIDE = { width: 560, height: 280 } as const;

/** Profit over all days; nights are left out. */
export function equityPlot(days: readonly BacktestDay[]): Html {
  const values = equityOf(days);
  return linePlot(
    days,
    values,
    'candidate-line',
    `Profit net of fees over ${days.length} trade dates, ending at ${Math.round(values.at(-1)!)}`,
    'profit, net',
  );
}

/** How far the profit stands below its highest. */
export function drawdownPlot(days: readonly BacktestDay[]): Html {
  let highest = 0;
  const values = equityOf(days).map((value) => {
    highest = Math.max(highest, value);
    return value - highest;
  });
  return linePlot(
    days,
    values,
    'against-line',
    `Drawdown over ${days.length} trade dates, at worst ${Math.round(Math.min(...values))}`,
    'drawdown',
  );
}

function equityOf(days: readonly BacktestDay[]): number[] {
  let before = 0;
  return days.flatMap(({ equity, pnl }) => {
    const values = [...equity.map((point) => before + point.pnl), before + pnl];
    before += pnl;
    return values;
  });
}

function linePlot(
  days: readonly BacktestDay[],
  values: readonly number[],
  kind: string,
  description: string,
  yTitle: string,
): Html {
  const last = values.length - 1;
  const { x, y, drawing } = frame({
    ...{ description, yTitle, ...WIDE },
    xTitle: 'trade date',
    xRange: [0, Math.max(1, last)],
    yRange: [Math.min(0, ...lowest(values)), Math.max(1, ...lowest(values))],
    xLabels: dayLabels(days),
    yText: shortMoney,
  });
  const step = Math.max(1, Math.ceil(values.length / POINTS_MAX));
  const shown = values.map((value, i) => [i, value] as const).filter(([i]) => i % step === 0 || i === last);
  return drawing([
    html`<polyline class="${kind}" points="${shown.map(([i, value]) => `${at(x(i))},${at(y(value))}`).join(' ')}"/>`,
  ]);
}

/** Least and largest: a list of any length may not be spread. */
function lowest(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b), 0), values.reduce((a, b) => Math.max(a, b), 0)];
}

/** Short enough for the axis. */
export function shortMoney(amount: number): string {
  return Math.abs(amount) >= 10_000 ? `${amount / 1000}k` : amount.toLocaleString('en-US');
}

function dayLabels(days: readonly BacktestDay[]) {
  let begin = 0;
  const starts = days.map(({ tradeDate, equity }) => {
    const label = { value: begin, text: tradeDate };
    begin += equity.length + 1;
    return label;
  });
  const every = Math.ceil(starts.length / 4);
  return starts.filter((_, i) => i % every === 0);
}
