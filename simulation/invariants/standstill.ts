/**
 * For how long a position that has to be closed has not become smaller. Orders of one contract may take a while for a large
 * one, by limits that a person has set; standing still is what must not last.
 */
export class Standstill {
  private sinceMs = 0;
  private leastContracts: number | null = null;

  /** @param contracts of the position; null where nothing has to be closed @returns ms */
  lastsMs(nowMs: number, contracts: number | null): number {
    const size = contracts === null ? null : Math.abs(contracts);
    if (size === null || this.leastContracts === null || size < this.leastContracts) {
      this.sinceMs = nowMs;
      this.leastContracts = size;
    }
    return nowMs - this.sinceMs;
  }
}
