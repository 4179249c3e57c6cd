/** A stretch of time with a reason; ns after the base. */
export interface Span {
  readonly fromNs: number;
  readonly toNs: number;
  readonly why: string;
}

/** Spans in order of time; those that touch or overlap are one, with every reason once, in the order in which they begin. */
export function mergedSpans(spans: readonly Span[]): Span[] {
  const merged: { fromNs: number; toNs: number; reasons: string[] }[] = [];
  for (const { fromNs, toNs, why } of [...spans].sort((a, b) => a.fromNs - b.fromNs || a.toNs - b.toNs)) {
    const last = merged.at(-1);
    if (last && fromNs <= last.toNs) {
      last.toNs = Math.max(last.toNs, toNs);
      if (!last.reasons.includes(why)) last.reasons.push(why);
    } else merged.push({ fromNs, toNs, reasons: [why] });
  }
  return merged.map(({ fromNs, toNs, reasons }) => ({ fromNs, toNs, why: reasons.join('; ') }));
}
