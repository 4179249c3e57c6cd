/** Value -> position in the drawing. */
export type Scale = (value: number) => number;

export function linear([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/** Round values (1, 2 or 5 times a power of ten apart) within the range, about `wanted` of them. */
export function roundTicks(low: number, high: number, wanted: number): number[] {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= span / wanted) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A coordinate with enough digits for a drawing, and the same text on every machine. */
export function at(position: number): string {
  return position.toFixed(1);
}
