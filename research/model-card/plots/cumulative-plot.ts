import type { PortfolioEvidence } from '../../gate/report.js';
import { dateText } from '../../gate/wording.js';
import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { frame } from '../../page/plot-frame.js';

/** Cumulative net result out of sample, trade date by trade date, candidate and prior. */
export function cumulativePlot({ daily, prior }: PortfolioEvidence): Html {
  const candidate = [0, ...daily.map((day) => day.candidateCumulativeTicks)];
  const refitted = prior ? [0, ...daily.map((day) => day.priorCumulativeTicks ?? 0)] : [];
  const all = [...candidate, ...refitted];
  const last = daily.length;
  const shown = [1, Math.ceil((1 + last) / 2), last].filter((day, i, days) => days.indexOf(day) === i);
  const { x, y, drawing } = frame({
    description: `Cumulative net ticks over ${last} trade dates, ending at ${Math.round(candidate.at(-1)!)} for the candidate${prior ? ` and ${Math.round(refitted.at(-1)!)} for the prior release` : ''}`,
    xTitle: 'trade date',
    yTitle: 'cumulative net ticks, after costs',
    xRange: [0, last * 1.05],
    yRange: [Math.min(...all), Math.max(...all)],
    xLabels: shown.map((day) => ({ value: day, text: dateText(daily[day - 1]!.tradeDate) })),
    yText: (value) => value.toLocaleString('en-US'),
    width: 560,
    height: 280,
  });
  const line = (values: readonly number[], kind: string) => {
    const points = values.map((value, day) => `${at(x(day))},${at(y(value))}`).join(' ');
    return html`<polyline class="${kind}" points="${points}"/>`;
  };
  return drawing([...(prior ? [line(refitted, 'prior-line')] : []), line(candidate, 'candidate-line')]);
}
