import { html, raw } from 'hono/html';
import type { EntryOf } from '../../shared/public-record/entry.js';
import { runningSums } from './running-sums.js';

type Day = EntryOf<'day'>;
const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [720, 240, 64, 14, 26];

/** Sum of the days' net results, and each day's as a bar; one file of SVG that needs no script. */
export function equityChart(days: readonly Day[]) {
  const net = days.map(({ netTicks }) => netTicks ?? 0);
  const equity = runningSums(net);
  const expected = runningSums(days.map(({ expectedTicks }) => expectedTicks ?? 0));
  const low = Math.min(0, ...equity, ...expected, ...net);
  const high = Math.max(1, ...equity, ...expected, ...net);
  const x = (at: number) => LEFT + ((WIDTH - LEFT - 8) * (at + 0.5)) / days.length;
  const y = (value: number) => TOP + ((HEIGHT - TOP - BOTTOM) * (high - value)) / (high - low);
  const line = (values: readonly number[]) =>
    values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const barWidth = Math.max(1, Math.min(14, (WIDTH - LEFT) / days.length - 2));
  const bars = net.map((value, at) => {
    const [top, bottom] = [y(Math.max(0, value)), y(Math.min(0, value))];
    return `<rect class="${value < 0 ? 'loss' : 'gain'}" x="${(x(at) - barWidth / 2).toFixed(1)}" y="${top.toFixed(1)}" width="${barWidth.toFixed(1)}" height="${Math.max(0.5, bottom - top).toFixed(1)}"/>`;
  });
  const ticks = [low, (low + high) / 2, high].map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(0)}</text>`,
  );
  const dates = (days.length === 1 ? [0] : [0, days.length - 1]).map(
    (at, end) =>
      `<text x="${x(at).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="${end === 0 ? 'start' : 'end'}">${days[at]!.tradeDate}</text>`,
  );
  const last = equity.at(-1)!;
  const label = `Equity over ${days.length} trade dates, ends at ${last.toFixed(1)} ticks`;
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${raw(ticks.join(''))}${raw(bars.join(''))}<polyline class="expected" points="${line(expected)}"/><polyline class="equity" points="${line(equity)}"/>${raw(dates.join(''))}</svg><figcaption>Ticks, net of costs: each date’s result (bars), their sum (line), and what the gate expected (dashed).</figcaption></figure>`;
}
