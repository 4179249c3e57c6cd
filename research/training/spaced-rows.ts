/** At most `most` row numbers of 0..rows-1, evenly spaced over all of them, ascending. */
export function spacedRows(rows: number, most: number): Int32Array {
  const wanted = Math.min(rows, most);
  return Int32Array.from({ length: wanted }, (_, i) => Math.floor(((2 * i + 1) * rows) / (2 * wanted)));
}
