import { BadInput } from '../../shared/failure.js';
import { NOT_UTF8 } from '../../shared/fields/utf8-text.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { parseBar } from '../../shared/node/files/bars-csv.js';
import type { RowSink } from '../store/row-sink.js';
import { intervalOfName, intervalOfOpens, isMultiple } from './bar-interval.js';
import type { Format, ImportFile, ImportOutput, Told } from './format.js';
import { instrumentOf } from './instrument-name.js';
import { type TextLine, textLines } from './text-lines.js';

const HEADER = /^(ts_open_utc|timestamp_utc),open,high,low,close,volume$/;

/** Bars of any length as CSV, UTC open times; the instrument is how the file's name begins. */
export const barsCsv: Format = {
  name: 'bars.csv',
  summary: 'bars of any length: ts_open_utc,open,high,low,close,volume',
  recognises: (head) =>
    head
      .toString('latin1')
      .split(/\r?\n/, 3)
      .some((line) => HEADER.test(line)),

  told: toldOf,

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

/** The instrument is always told, the length of bars where it need not be seen in them. */
function toldOf({ path, name, hints }: Pick<ImportFile, 'path' | 'name' | 'hints'>): Told & { instrument: string } {
  const barMs = hints.barSeconds === undefined ? intervalOfName(name) : hints.barSeconds * 1000;
  return { instrument: instrumentOf(path, hints), barSeconds: barMs === null ? undefined : barMs / 1000 };
}

class BarReader {
  private readonly sink: RowSink;
  private readonly barMs: number;
  /** Bars lie in steps from here on; NaN before the first. */
  private firstOpenMs = Number.NaN;
  private lastOpenMs = Number.NEGATIVE_INFINITY;

  constructor(
    file: ImportFile,
    private readonly out: ImportOutput,
    firstLines: readonly TextLine[],
  ) {
    const synthetic = firstLines.some(({ text }) => text.startsWith('#') && /synthetic/i.test(text));
    out.begin({ feed: synthetic ? 'synthetic' : 'bars', synthetic });
    this.barMs = intervalOf(file, firstLines, out);
    this.sink = out.sink({ dataset: 'bars', instrument: toldOf(file).instrument, dayRule: 'cme' });
  }

  take({ text, number, isUtf8 }: TextLine): void {
    if (isNoBar(text)) return;
    const bar = isUtf8 ? parseBar(text) : NOT_UTF8;
    const fault = typeof bar === 'string' ? bar : this.faultOf(bar);
    if (fault !== null) this.out.reject(`line ${number}`, fault, text);
    else this.store(bar as Bar);
  }

  private faultOf({ openMs }: Bar): string | null {
    if (openMs <= this.lastOpenMs) return 'is not later than the bar before';
    if (!Number.isNaN(this.firstOpenMs) && !isMultiple(openMs - this.firstOpenMs, this.barMs))
      return `does not begin whole bars of ${this.barMs / 1000} s after the first one`;
    return this.sink.isDatable(openMs) ? null : 'its time is outside the trading calendar';
  }

  private store(bar: Bar): void {
    this.lastOpenMs = bar.openMs;
    if (Number.isNaN(this.firstOpenMs)) this.firstOpenMs = bar.openMs;
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

/** How long the bars are: as told, by the file's name, or by the first lines. @throws BadInput where that is not clear */
function intervalOf(file: ImportFile, lines: readonly TextLine[], out: ImportOutput): number {
  const told = toldOf(file).barSeconds;
  if (told !== undefined) return told * 1000;
  const rows = lines.filter(({ text }) => !isNoBar(text));
  const bars = rows.map(({ text }) => parseBar(text));
  const opens = bars.flatMap((bar) => (typeof bar === 'string' ? [] : bar.openMs));
  if (opens.length > 1) return intervalOfOpens(file.path, opens);
  const bad = bars.findIndex((bar) => typeof bar === 'string');
  if (bad >= 0) out.reject(`line ${rows[bad]!.number}`, bars[bad] as string, rows[bad]!.text);
  throw new BadInput(
    file.path,
    undefined,
    'holds fewer than two bars, which does not say how long they are',
    'give --interval, such as 1m, 5m, 1h or 1d',
  );
}

/** Headers, comments and empty lines. */
function isNoBar(text: string): boolean {
  return text === '' || text.startsWith('#') || HEADER.test(text);
}
