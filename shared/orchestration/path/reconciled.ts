/** What a comparison of two captures of a trade date found, as operators are told. */
export interface ReconciledDay {
  readonly verdict: 'agree' | 'doubtful' | 'incomparable';
  /** Of the volume of both, percent; null where there is nothing to compare. */
  readonly volumeMatchedPercent: number | null;
  /** What is to be looked at, in plain sentences. */
  readonly findings: readonly string[];
  /** At most 8 kB. */
  readonly markdown: string;
}
