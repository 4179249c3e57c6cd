import { readFileSync } from 'node:fs';
import type { MakerFill } from './quote-both-sides.js';

const FILL_BYTES = 24;

export interface Reconciliation {
  readonly compared: number;
  readonly different: number;
  /** In words; null where all are the same. */
  readonly first: string | null;
}

/** Compares own fills with the peer's file of (time, sign, price in ticks), one by one. */
export function reconcileFills(ours: readonly MakerFill[], peerFile: string): Reconciliation {
  const [a, b] = [ours.map(describe).sort(), readFills(peerFile).map(describe).sort()];
  const compared = Math.max(a.length, b.length);
  let different = 0;
  let first: string | null = null;
  for (let i = 0; i < compared; i++) {
    if (a[i] === b[i]) continue;
    different++;
    first ??= `ours ${a[i] ?? 'none'}, theirs ${b[i] ?? 'none'}`;
  }
  return { compared, different, first };
}

/** Two fills at the same time are told apart by the rest. */
function describe({ ns, sign, priceTicks }: MakerFill): string {
  return `${String(ns).padStart(20, '0')} ${sign > 0 ? 'bought' : 'sold'} at ${priceTicks}`;
}

function readFills(file: string): MakerFill[] {
  const bytes = readFileSync(file);
  return Array.from({ length: bytes.length / FILL_BYTES }, (_, i) => ({
    ns: bytes.readBigInt64LE(i * FILL_BYTES),
    sign: Number(bytes.readBigInt64LE(i * FILL_BYTES + 8)),
    priceTicks: Number(bytes.readBigInt64LE(i * FILL_BYTES + 16)),
  }));
}
