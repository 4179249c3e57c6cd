import path from 'node:path';
import { LineFile } from '../../research/generator/line-file.js';
import { segmentFile } from '../../shared/contract/capture-file.js';
import { lineBlocks } from '../../shared/node/files/line-blocks.js';

/** Lines of a segment; a bridge closes one after minutes. */
const LINES = 500_000;

/** A tape as closed segments of one trade date, each with the header. @returns bytes and events of all */
export async function segmentsOf(
  tape: string,
  folder: string,
  day: { readonly instrument: string; readonly tradeDate: string },
): Promise<{ files: string[]; events: number }> {
  const files: string[] = [];
  let header = '';
  let events = 0;
  let lines: LineFile | null = null;
  let inSegment = 0;
  for await (const { bytes, start, end } of lineBlocks(tape))
    for (const line of bytes.toString('latin1', start, end).split('\n')) {
      if (line === '') continue;
      if (header === '') {
        header = JSON.stringify({ ...JSON.parse(line), instrument: day.instrument, tradeDate: day.tradeDate });
        continue;
      }
      if (lines === null) {
        const file = path.join(folder, segmentFile({ ...day, number: files.length + 1 }));
        files.push(file);
        lines = new LineFile(file);
        lines.write(`${header}\n`);
        inSegment = 0;
      }
      lines.write(`${line}\n`);
      events++;
      if (++inSegment === LINES) {
        lines.finish();
        lines = null;
      }
    }
  lines?.finish();
  return { files, events };
}
