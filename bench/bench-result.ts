import os from 'node:os';

/** One comparison, both sides measured in the same run. */
export interface BenchResult {
  readonly job: string;
  /** In `unit`. */
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  readonly unit: string;
  /** ours / peer. */
  readonly ratio: number;
  /** What we want, in words; a bench never fails. */
  readonly aim: string;
}

/** A job measures and returns its results; `log` is for progress and tables, on stderr. */
export type BenchJob = (log: (line: string) => void) => Promise<BenchResult[]>;

export function describeMachine(): string {
  const cpus = os.cpus();
  const gib = (os.totalmem() / 2 ** 30).toFixed(0);
  return `${cpus[0]?.model ?? 'unknown CPU'}, ${cpus.length} cores, ${gib} GiB, ${os.platform()} ${os.arch()}, Node ${process.versions.node}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
