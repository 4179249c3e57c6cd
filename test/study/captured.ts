import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A line of a segment; which fields it has depends on its kind. */
export interface CapturedLine {
  readonly kind: 'header' | 'depth' | 'trade' | 'reset' | 'gap';
  readonly ts: string;
  readonly seq: number;
  readonly op: number;
  readonly side: number;
  readonly position: number;
  readonly price: number;
  readonly size: number;
  readonly last: boolean;
  readonly aggressor: string | null;
  readonly reason: string;
}

const SEGMENT = /^t29-(.+)-(\d{4}-\d\d-\d\d)-(\d+)\.jsonl$/;

/** Closed segments in the order of their lines. */
export function segmentsIn(folder: string, instrument?: string): string[] {
  const names = readdirSync(folder).flatMap((file) => {
    const match = SEGMENT.exec(file);
    return match && (instrument === undefined || match[1] === instrument)
      ? [{ file, key: `${match[2]} ${match[3]!.padStart(9, '0')}` }]
      : [];
  });
  return names.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ file }) => file);
}

/** Every line but the headers. @throws where one is not whole */
export function linesIn(folder: string, instrument?: string): CapturedLine[] {
  return segmentsIn(folder, instrument).flatMap((file) => linesOf(path.join(folder, file)).slice(1));
}

export function linesOf(file: string): CapturedLine[] {
  const text = readFileSync(file, 'utf8');
  if (!text.endsWith('\n')) throw new Error(`${file} ends within a line`);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CapturedLine);
}

/** What each run wrote: from one first line of a run to the next. */
export function runsOf(lines: readonly CapturedLine[]): CapturedLine[][] {
  const runs: CapturedLine[][] = [];
  for (const line of lines) {
    if (line.kind === 'reset' && line.reason === 'the study begins') runs.push([]);
    runs.at(-1)?.push(line);
  }
  return runs;
}
