import type { Bar } from '../../shared/events/bar.js';
import { parseBar } from '../../shared/events/bars-csv.js';
import { BadInput } from '../../shared/failure.js';
import type { RowSink } from '../store/row-sink.js';
import type { Format, ImportFile, ImportOutput } from './format.js';
import { instrumentOf } from './instrument-name.js';
import { type TextLine, textLines } from './text-lines.js';

const HEADER = /^(ts_open_utc|timestamp_utc),open,high,low,close,volume$/;

/** Bars of whole minutes as CSV, UTC open times; the instrument is how the file's name begins. */
export const barsCsv: Format = {
  name: 'bars.csv',
  summary: 'bars of any number of minutes: ts_open_utc,open,high,low,close,volume',
  recognises: (head) =>
    head
      .toString('latin1')
      .split(/\r?\n/, 3)
      .some((line) => HEADER.test(line)),

  async read(file, out) {
    let reader: BarReader | null = null;
    for await (const lines of textLines(file.path, file.signal)) {
      reader ??= new BarReader(file, out, lines);
      for (const line of lines) reader.take(line);
      await out.settle();
    }
    return null;
  },
};

class BarReader {
  private readonly sink: RowSink;
  private readonly barMs: number;
  private lastOpenMs = Number.NEGATIVE_INFINITY;

  constructor(
    file: ImportFile,
    private readonly out: ImportOutput,
    firstLines: readonly TextLine[],
  ) {
    const synthetic = firstLines.some(({ text }) => text.startsWith('#') && /synthetic/i.test(text));
    out.begin({ feed: synthetic ? 'synthetic' : 'bars', synthetic });
    this.barMs = intervalOf(file.path, firstLines);
    this.sink = out.sink({ dataset: 'bars', instrument: instrumentOf(file.path, file.hints), dayRule: 'cme' });
  }

  take({ text, number }: TextLine): void {
    if (text === '' || text.startsWith('#') || HEADER.test(text)) return;
    const bar = parseBar(text, this.barMs);
    const fault = typeof bar === 'string' ? bar : this.faultOf(bar);
    if (fault !== null) this.out.reject(`line ${number}`, fault, text);
    else this.store(bar as Bar);
  }

  private faultOf({ openMs }: Bar): string | null {
    if (openMs <= this.lastOpenMs) return 'is not later than the bar before';
    return this.sink.isDatable(openMs) ? null : 'its time is outside the trading calendar';
  }

  private store(bar: Bar): void {
    this.lastOpenMs = bar.openMs;
    const row = this.sink.next(bar.openMs);
    const { block } = this.sink;
    block.setInt64('ts_event', row, BigInt(bar.openMs) * 1_000_000n);
    block.setInt32('interval_s', row, this.barMs / 1000);
    for (const name of ['open', 'high', 'low', 'close'] as const) block.setFloat64(name, row, bar[name]);
    block.setFloat64('volume', row, Number.isNaN(bar.volume) ? null : bar.volume);
    this.out.count('bars');
    if (Number.isNaN(bar.volume)) this.out.count('missing volumes');
  }
}

const MINUTE_MS = 60_000;

/** How long the bars are: the least time between two of the first lines. */
function intervalOf(file: string, lines: readonly TextLine[]): number {
  const times = lines
    .map(({ text }) => parseBar(text, MINUTE_MS))
    .flatMap((bar) => (typeof bar === 'string' ? [] : bar.openMs));
  const steps = times.slice(1).map((time, i) => time - times[i]!);
  const least = Math.min(...steps.filter((step) => step > 0));
  if (!Number.isFinite(least)) throw new BadInput(file, undefined, 'holds fewer than two bars', 'give a file of bars');
  return least;
}
