/** The exact decimal of a number of ticks, without trailing zeros: as the exchange writes a price. */
export function tickFormat(ticks: number, tickSize: number): string {
  const decimals = (String(tickSize).split('.')[1] ?? '').length;
  return String(Number((ticks * tickSize).toFixed(decimals)));
}
