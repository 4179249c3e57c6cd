import type { HeadSamples } from '../../shared/model/heads/head.js';

type Moves = Pick<HeadSamples, 'head' | 'label' | 'moveTicks'>;

/** Mean move to the horizon of the rows of each class, ticks: what is flat, or not up, counts as what it was. 0 for a class without rows. */
export function meanMoveByClass({ head, label, moveTicks }: Moves, rows: Int32Array): number[] {
  const moved = new Float64Array(head.classes);
  const counted = new Float64Array(head.classes);
  for (const row of rows) {
    moved[label[row]!]! += moveTicks[row]!;
    counted[label[row]!]!++;
  }
  return Array.from(moved, (sum, of) => (counted[of]! > 0 ? sum / counted[of]! : 0));
}

/** Mean |move| to the horizon of the rows that moved (that are not flat), in ticks; 0 where none did. */
export function meanAbsMoveTicks({ head, label, moveTicks }: Moves, rows: Int32Array): number {
  let total = 0;
  let moved = 0;
  for (const row of rows) {
    if (head.classes === 3 && label[row] === 1) continue;
    total += Math.abs(moveTicks[row]!);
    moved++;
  }
  return moved > 0 ? total / moved : 0;
}
