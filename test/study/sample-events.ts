import { writeFileSync } from 'node:fs';
import { ES_SAMPLE, unpacked } from '../market/sample-file.js';
import type { CapturedLine } from './captured.js';

let sample: CapturedLine[] | undefined;

/** The real ES book and its trades, line by line, without the header. */
export function sampleLines(): CapturedLine[] {
  sample ??= unpacked(ES_SAMPLE)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CapturedLine)
    .filter(({ kind }) => kind !== 'header');
  return sample;
}

/** The sample in the form that the host plays. */
export function writeHostEvents(file: string, lines: readonly CapturedLine[] = sampleLines()): string {
  writeFileSync(file, `${lines.map(hostEvent).join('\n')}\n`);
  return file;
}

function hostEvent(line: CapturedLine): string {
  if (line.kind === 'trade') return `T ${line.price} ${line.size} ${line.aggressor?.[0] ?? 'n'}`;
  return `D ${line.op} ${line.side} ${line.position} ${line.price} ${line.size} ${line.last ? 1 : 0}`;
}
