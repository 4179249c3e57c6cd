import type { HeadSamples } from '../../shared/model/heads/head.js';

/** Mean |move| to the horizon of the rows that moved (that are not flat), in ticks; 0 where none did. */
export function meanAbsMoveTicks({ head, label, moveTicks }: HeadSamples, rows: Int32Array): number {
  let total = 0;
  let moved = 0;
  for (const row of rows) {
    if (head.classes === 3 && label[row] === 1) continue;
    total += Math.abs(moveTicks[row]!);
    moved++;
  }
  return moved > 0 ? total / moved : 0;
}
