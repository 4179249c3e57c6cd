/** Records that were none: how many, and the first of them in words, with byte and file. */
export interface Faults {
  readonly count: number;
  readonly first: string;
}

export function addFaults(faults: Faults | null, more: Faults | null): Faults | null {
  if (faults === null || more === null) return faults ?? more;
  return { count: faults.count + more.count, first: faults.first };
}

export function oneFault(text: string): Faults {
  return { count: 1, first: text };
}

export function faultsText({ count, first }: Faults): string {
  return count > 1 ? `${first} (and ${count - 1} records more)` : first;
}
