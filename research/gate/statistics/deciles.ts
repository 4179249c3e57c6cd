import type { MoveDecile } from '../fold-contract.js';

/** Rows cut into ten equal parts by what was expected of them, lowest first (the first parts take the odd rows). */
export function moveDeciles(expectedTicks: Float32Array, moveTicks: Float32Array): MoveDecile[] {
  const order = Int32Array.from(expectedTicks.keys()).sort((a, b) => expectedTicks[a]! - expectedTicks[b]! || a - b);
  const size = Math.floor(order.length / 10);
  const larger = order.length % 10;
  let at = 0;
  return Array.from({ length: 10 }, (_, decile) => {
    const rows = size + (decile < larger ? 1 : 0);
    let expectedTicksSum = 0;
    let moveTicksSum = 0;
    for (const end = at + rows; at < end; at++) {
      expectedTicksSum += expectedTicks[order[at]!]!;
      moveTicksSum += moveTicks[order[at]!]!;
    }
    return { rows, expectedTicksSum, moveTicksSum };
  });
}
