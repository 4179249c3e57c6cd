import { type Html, html } from '../../page/html.js';
import { at } from '../../page/plot-axis.js';
import { type Frame, frame } from '../../page/plot-frame.js';
import type { MinuteReport, ReconcileReport } from '../report.js';
import { ms, percent } from '../wording.js';
import { type TimeAxis, timeAxis } from './time-axis.js';

const WIDE = { width: 900, height: 250 };

/** A value a minute; null where there is none. */
type Series = readonly (number | null)[];

/** Share of the volume that is in both feeds. */
export function matchedPlot({ minutes, thresholds, volumeMatchedShare }: ReconcileReport): Html {
  const shares = minutes.map(({ matchedShare }) => matchedShare);
  return shareFrame(
    minutes,
    'share of the minute’s volume in both feeds',
    volumeMatchedShare,
    [shares],
    (plot, axis) => [
      level(plot, axis, thresholds.minuteMatchedMin),
      ...lines(plot, axis, minutes, shares, 'candidate-line'),
    ],
  );
}

/** Share of the moments at which the best prices are the same, exactly and within the window. */
export function bestPlot({ minutes, books, thresholds }: ReconcileReport): Html {
  const exact = minutes.map(({ books: own }) => (own ? own.best / own.moments : null));
  const within = minutes.map(({ books: own }) => (own ? own.bestWithin / own.moments : null));
  return shareFrame(
    minutes,
    'share of moments with the same best prices',
    books?.bestWithin?.share ?? null,
    [exact, within],
    (plot, axis) => [
      level(plot, axis, thresholds.minuteBestPricesMin),
      ...lines(plot, axis, minutes, exact, 'prior-line'),
      ...lines(plot, axis, minutes, within, 'candidate-line'),
    ],
  );
}

/** Share of the levels that are the same in price and contracts. */
export function levelsPlot({ minutes, books }: ReconcileReport): Html {
  const exact = minutes.map(({ books: own }) => own?.levels ?? null);
  const within = minutes.map(({ books: own }) => own?.levelsWithin ?? null);
  return shareFrame(
    minutes,
    'share of levels with the same price and size',
    books?.levels[0]?.sameWithin ?? null,
    [exact, within],
    (plot, axis) => [
      ...lines(plot, axis, minutes, exact, 'prior-line'),
      ...lines(plot, axis, minutes, within, 'candidate-line'),
    ],
  );
}

/** How far the second feed's clock is ahead, minute by minute, and where it was set. */
export function offsetPlot({ minutes, clocks, second }: ReconcileReport): Html {
  const offsets = minutes.map(({ offsetMs }) => offsetMs);
  const known = offsets.filter((value) => value !== null);
  const axis = axisOf(minutes);
  const [low, high] = [Math.min(...known, 0), Math.max(...known, 0)];
  const room = 0.08 * (high - low || 1);
  const plot = frame({
    description: `Clock of ${second.name} ahead by ${clocks.offsetMs ? ms(clocks.offsetMs.median) : 'an unknown time'} in the median minute, ${clocks.steps.length} steps`,
    ...{
      xTitle: 'UTC',
      yTitle: `clock of ${second.name} ahead, ms`,
      xRange: axis.range,
      xLabels: axis.labels,
      ...WIDE,
    },
    yRange: [low - room, high + room],
    yText: (value) => value.toLocaleString('en-US', { maximumFractionDigits: 3 }),
  });
  const steps = clocks.steps.map(({ atNs }) => {
    const x = at(plot.x(axis.minuteOf(atNs)));
    return html`<line class="ideal" x1="${x}" x2="${x}" y1="${at(plot.y(low - room))}" y2="${at(plot.y(high + room))}"/>`;
  });
  return plot.drawing([...steps, ...lines(plot, axis, minutes, offsets, 'candidate-line')]);
}

/** Contracts that only one feed has, the first's upwards and the second's downwards. */
export function onlyPlot({ minutes, first, second }: ReconcileReport): Html {
  const lacks = (side: MinuteReport['first']) => side.contracts - side.matchedContracts;
  const axis = axisOf(minutes);
  const [most, least] = [
    Math.max(1, ...minutes.map((one) => lacks(one.first))),
    Math.max(1, ...minutes.map((one) => lacks(one.second))),
  ];
  const plot = frame({
    description: `Contracts a minute that only ${first.name} (above) and only ${second.name} (below) has: ${first.onlyContracts} and ${second.onlyContracts} in all`,
    ...{
      xTitle: 'UTC',
      yTitle: 'contracts a minute in one feed only',
      xRange: axis.range,
      xLabels: axis.labels,
      ...WIDE,
    },
    yRange: [-least, most],
    yText: (value) => Math.abs(value).toLocaleString('en-US'),
  });
  const width = Math.max(1.5, plot.x(1) - plot.x(0) - 0.5);
  const bar = (minute: MinuteReport, from: number, to: number, kind: string) =>
    from === to
      ? []
      : [
          html`<rect class="${kind}" x="${at(plot.x(axis.minuteOf(minute.startNs)))}" width="${at(width)}" y="${at(plot.y(to))}" height="${at(plot.y(from) - plot.y(to))}"/>`,
        ];
  return plot.drawing(
    minutes.flatMap((minute) => [
      ...bar(minute, 0, lacks(minute.first), 'candidate-fill'),
      ...bar(minute, -lacks(minute.second), 0, 'against-fill'),
    ]),
  );
}

/** How far matched trades lie from their minute's offset. */
export function latencyPlot({ latency }: ReconcileReport): Html {
  const { fromMs, binMs, counts } = latency.histogram!;
  const most = Math.max(1, ...counts);
  const toMs = fromMs + binMs * counts.length;
  const { x, y, drawing } = frame({
    description: `Distances of ${latency.pairs} matched trades from their minute's offset: nine in ten between ${ms(latency.relativeMs!.p5)} and ${ms(latency.relativeMs!.p95)}`,
    ...{ xTitle: 'ms from the offset of the minute', yTitle: 'trades', xRange: [fromMs, toMs], yRange: [0, most] },
    xLabels: [fromMs, fromMs + (toMs - fromMs) / 3, fromMs + (2 * (toMs - fromMs)) / 3, toMs].map((value) => ({
      ...{ value, text: Number(value.toPrecision(3)).toString() },
    })),
    yText: (value) => value.toLocaleString('en-US'),
  });
  return drawing(
    counts.map((bar, i) => {
      const [left, right] = [x(fromMs + i * binMs), x(fromMs + (i + 1) * binMs)];
      return html`<rect class="candidate-fill" x="${at(left)}" width="${at(Math.max(0.6, right - left - 0.6))}" y="${at(y(bar))}" height="${at(y(0) - y(bar))}"/>`;
    }),
  );
}

function axisOf(minutes: readonly MinuteReport[]): TimeAxis {
  return timeAxis(minutes.map(({ startNs }) => startNs));
}

/** Where a share lies on a scale on which 0 %, 90 %, 99 % and 99.9 % are equally far apart: agreement is about the last percent. */
function nines(share: number): number {
  return -Math.log10(1 - share * (1 - 10 ** -NINES));
}

const NINES = 4;
const NINES_TEXT = ['0 %', '90 %', '99 %', '99.9 %', '100 %'];

function shareFrame(
  minutes: readonly MinuteReport[],
  title: string,
  whole: number | null,
  series: readonly Series[],
  content: (plot: Frame, axis: TimeAxis) => readonly Html[],
): Html {
  const axis = axisOf(minutes);
  const least = Math.min(1, ...series.flat().filter((value) => value !== null));
  const plot = frame({
    description: `${title}: ${whole === null ? 'not known' : percent(whole)} over the date, ${percent(least)} in the least minute`,
    ...{ xTitle: 'UTC', yTitle: title, xRange: axis.range, xLabels: axis.labels, ...WIDE },
    yRange: [0, NINES],
    yText: (value) => NINES_TEXT[Math.round(value)]!,
  });
  return plot.drawing(content({ ...plot, y: (share) => plot.y(nines(share)) }, axis));
}

/** A limit, from end to end. */
function level({ x, y }: Frame, { range }: TimeAxis, value: number): Html {
  return html`<line class="ideal" x1="${at(x(range[0]))}" x2="${at(x(range[1]))}" y1="${at(y(value))}" y2="${at(y(value))}"/>`;
}

/** One line, broken where minutes are missing; a minute that stands alone is a short dash. */
function lines(
  { x, y }: Frame,
  { minuteOf }: TimeAxis,
  minutes: readonly MinuteReport[],
  values: Series,
  kind: string,
): Html[] {
  const parts: string[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    const minute = minuteOf(minutes[i]!.startNs);
    if (minute - last > 1.5) parts.push([]);
    last = minute;
    parts.at(-1)!.push(`${at(x(minute))},${at(y(value))}`, `${at(x(minute + 0.999))},${at(y(value))}`);
  }
  return parts.map((points) => html`<polyline class="${kind}" points="${points.join(' ')}"/>`);
}
