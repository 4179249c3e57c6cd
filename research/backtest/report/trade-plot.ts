import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';
import type { Fill } from '../account.js';
import type { BacktestDay } from '../backtest-day.js';

const SHOWN_MAX = 2000;

/** Executions of one day, at least one: price over time of day. */
export function tradePlot({ tradeDate, fills }: BacktestDay, tickSize: number): Html {
  const step = Math.max(1, Math.ceil(fills.length / SHOWN_MAX));
  const shown = fills.filter((_, i) => i % step === 0);
  const times = shown.map(({ ns }) => Number(ns / 1_000_000n));
  const prices = shown.map(({ priceTicks }) => priceTicks * tickSize);
  const [from, to] = [times[0]!, times.at(-1)!];
  const span = to - from || 1;
  const { x, y, drawing } = frame({
    description: `${fills.length} executions on ${tradeDate}, ${fills.filter(({ side }) => side === 'buy').length} of them bought`,
    xTitle: 'time, UTC',
    yTitle: 'price',
    xRange: [from, to + 0.02 * span],
    yRange: [Math.min(...prices) - tickSize, Math.max(...prices) + tickSize],
    xLabels: [0, 1, 2, 3].map((k) => ({ value: from + (k * span) / 3, text: clockText(from + (k * span) / 3) })),
    yText: (value) => value.toLocaleString('en-US'),
    width: 1130,
    height: 300,
  });
  return drawing(
    shown.map(
      (fill, i) => html`<path class="${kindOf(fill)}" d="${triangle(x(times[i]!), y(prices[i]!), fill.side)}"/>`,
    ),
  );
}

function kindOf({ side, isMaker }: Fill): string {
  return `${side === 'buy' ? 'bought' : 'sold'}${isMaker ? ' rested' : ''}`;
}

/** Points up where it was bought. */
function triangle(x: number, y: number, side: Fill['side']): string {
  const height = side === 'buy' ? 5 : -5;
  return `M${at(x)} ${at(y - height)}L${at(x + 4)} ${at(y + height)}L${at(x - 4)} ${at(y + height)}Z`;
}

function clockText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}
