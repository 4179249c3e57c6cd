/** How figures of a reconciliation are said, in sentences and on the page. */
export function percent(share: number): string {
  const text = (100 * share).toFixed(2);
  // Not everything is never said to be all.
  return `${text === '100.00' && share < 1 ? '99.99' : text} %`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function ms(value: number): string {
  const size = Math.abs(value);
  return size >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(size >= 100 ? 0 : size >= 1 ? 1 : 3)} ms`;
}

/** ns since the epoch as digits -> 13:30:05 UTC. */
export function clock(ns: string): string {
  return `${new Date(Number(BigInt(ns) / 1_000_000n)).toISOString().slice(11, 19)} UTC`;
}
