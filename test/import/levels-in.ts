/** The levels of a row of mbp10: price, size, count; best first. */
export function levelsIn(row: Record<string, unknown>, side: 'bid' | 'ask'): unknown[][] {
  const names = Array.from({ length: 10 }, (_, k) => String(k).padStart(2, '0'));
  const all = names.map((k) => [row[`${side}_px_${k}`], row[`${side}_sz_${k}`], row[`${side}_ct_${k}`] ?? null]);
  return all.filter(([price]) => price !== null && price !== undefined);
}
