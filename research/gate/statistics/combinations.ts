/** Every choice of `size` of the numbers 0 .. total - 1, each ascending, in lexicographic order. */
export function* combinations(total: number, size: number): Generator<number[]> {
  if (size > total) return;
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    yield chosen.slice();
    let last = size - 1;
    while (last >= 0 && chosen[last] === total - size + last) last--;
    if (last < 0) return;
    chosen[last]!++;
    for (let i = last + 1; i < size; i++) chosen[i] = chosen[i - 1]! + 1;
  }
}

/** How many there are: total! / (size! (total - size)!). */
export function combinationCount(total: number, size: number): number {
  if (size > total) return 0;
  let count = 1;
  for (let i = 1; i <= size; i++) count = Math.round((count * (total - size + i)) / i);
  return count;
}
