import { BadInput } from '../failure.js';
import { BAR_MS, type Bar } from './bar.js';
import { lineBlocks } from './line-blocks.js';

export interface BarsFile {
  readonly bars: readonly Bar[];
  /** The file says on its first line that it is generated: say SYNTHETIC wherever it is shown. */
  readonly synthetic: boolean;
  /** Bars without a volume: it reads as NaN. */
  readonly missingVolumes: number;
}

const HEADER = 'ts_open_utc,open,high,low,close,volume';

/**
 * Reads five-minute bars (CSV, plain or .gz; an optional comment line that starts with # comes first).
 * @throws BadInput naming the line: bars must be whole, in order and aligned to five minutes of UTC
 */
export async function readBarsFile(path: string, signal?: AbortSignal): Promise<BarsFile> {
  const bars: Bar[] = [];
  let synthetic = false;
  let missingVolumes = 0;
  let lineNumber = 0;
  let hasHeader = false;
  for await (const line of linesOf(path, signal)) {
    lineNumber++;
    if (line === '') continue;
    if (line.startsWith('#')) {
      synthetic ||= /synthetic/i.test(line);
    } else if (!hasHeader) {
      if (line !== HEADER)
        throw new BadInput(
          path,
          `line ${lineNumber}`,
          `the columns are "${line.slice(0, 80)}"`,
          `they must be ${HEADER}`,
        );
      hasHeader = true;
    } else {
      const bar = parseBar(line);
      if (typeof bar === 'string') throw new BadInput(path, `line ${lineNumber}`, bar, 'repair or remove the line');
      const previous = bars.at(-1);
      if (previous && bar.openMs <= previous.openMs)
        throw new BadInput(path, `line ${lineNumber}`, 'is not later than the bar before', 'sort the bars by time');
      if (Number.isNaN(bar.volume)) missingVolumes++;
      bars.push(bar);
    }
  }
  if (!hasHeader) throw new BadInput(path, undefined, 'holds no bars', `the first line must be ${HEADER}`);
  return { bars, synthetic, missingVolumes };
}

/** The bar of a line `open time,open,high,low,close,volume`, or why it is none. */
export function parseBar(line: string, barMs = BAR_MS): Bar | string {
  const fields = line.split(',');
  if (fields.length !== 6) return `has ${fields.length} fields instead of 6`;
  const openMs = parseUtc(fields[0]!);
  if (Number.isNaN(openMs)) return `"${fields[0]!.slice(0, 40)}" is no UTC time`;
  if (openMs % barMs !== 0) return `${fields[0]} is not aligned to ${barMs / 60_000} minutes`;
  const [open, high, low, close] = fields.slice(1, 5).map(parseNumber) as [number, number, number, number];
  if (![open, high, low, close].every(Number.isFinite)) return 'a price is missing or not a number';
  if (high < Math.max(open, close, low) || low > Math.min(open, close)) return 'high and low do not enclose the bar';
  const volume = parseNumber(fields[5]!);
  if (fields[5] !== '' && !(volume >= 0 && Number.isFinite(volume))) return `"${fields[5]}" is no volume`;
  return { openMs, open, high, low, close, volume };
}

function parseNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** `2024-12-03T00:00:00Z` or `2024-12-03 00:00:00`: always UTC. */
function parseUtc(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)Z?$/.exec(text);
  return match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN;
}

async function* linesOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  for await (const { bytes, start, end } of lineBlocks(path, signal))
    for (const line of bytes.toString('latin1', start, end - 1).split('\n')) yield line.trimEnd();
}
