import { BadInput } from '../../failure.js';
import { decimalOf } from '../../fields/decimal.js';
import { utcTimeMs } from '../../fields/utc-time.js';
import { BAR_MS, type Bar } from '../../market/events/bar.js';
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
      if (bar.openMs % BAR_MS !== 0)
        throw new BadInput(
          path,
          `line ${lineNumber}`,
          `${line.split(',', 1)[0]} is not aligned to ${BAR_MS / 60_000} minutes`,
          `give bars of ${BAR_MS / 60_000} minutes`,
        );
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

/** The bar of a line `open time,open,high,low,close,volume`, or why it is none. Whether it is aligned is not asked here. */
export function parseBar(line: string): Bar | string {
  const fields = line.split(',');
  if (fields.length !== 6) return `has ${fields.length} fields instead of 6`;
  const openMs = utcTimeMs(fields[0]!);
  if (Number.isNaN(openMs)) return `"${fields[0]!.slice(0, 40)}" is no UTC time`;
  const [open, high, low, close] = fields.slice(1, 5).map(decimalOf) as [number, number, number, number];
  const odd = [open, high, low, close].findIndex((price) => !Number.isFinite(price));
  if (odd >= 0) return `"${fields[odd + 1]!.slice(0, 40)}" is no price`;
  if (high < Math.max(open, close, low) || low > Math.min(open, close)) return 'high and low do not enclose the bar';
  const volume = decimalOf(fields[5]!);
  if (fields[5] !== '' && !(volume >= 0 && Number.isFinite(volume))) return `"${fields[5]!.slice(0, 40)}" is no volume`;
  return { openMs, open, high, low, close, volume };
}

async function* linesOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  for await (const { bytes, start, end } of lineBlocks(path, signal))
    for (const line of bytes.toString('latin1', start, end - 1).split('\n')) yield line.trimEnd();
}
