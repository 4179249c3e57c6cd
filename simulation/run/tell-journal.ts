/** A line of the order journal in a few words, for a trace. */
export function tellJournal(line: Readonly<Record<string, unknown>>): string {
  const { v: _v, n: _n, kind, marketTime: _m, wallTime: _w, orderRef, ...rest } = line;
  const ref = typeof orderRef === 'string' ? ` ${orderRef.slice(0, 8)}` : '';
  const words = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `journal: ${String(kind)}${ref} ${words.join(', ')}`;
}
