/** One text where all are alike; else each with how often it came. Null where there are none. */
export function variants(texts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  if (counts.size <= 1) return texts[0] ?? null;
  const byCount = [...counts].sort(([, a], [, b]) => b - a);
  return byCount.map(([text, count]) => `${count} times ${text}`).join('; ');
}

/** `3 to 41 ms`; how far apart two moments were, over several tries; NaN counts for none. */
export function spreadMs(values: readonly number[]): string {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return 'never';
  const [least, most] = [Math.min(...known), Math.max(...known)].map((value) => Math.round(value));
  return least === most ? `${least} ms` : `${least} to ${most} ms`;
}
