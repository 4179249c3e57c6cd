/** How long after a fill the market is looked at, seconds. */
export const MARKOUT_SECONDS = [1, 10, 60] as const;

export interface Markout {
  readonly seconds: number;
  /** Contracts whose horizon lay within the data. */
  readonly contracts: number;
  /** Mean of (mid then - price paid), in the fill's direction, ticks a contract; null without contracts. */
  readonly meanTicks: number | null;
}

/** Where the mid stands some time after each fill: positive where the fill was a good one. */
export class Markouts {
  private readonly horizons = MARKOUT_SECONDS.map((seconds) => new Horizon(seconds));

  /** @param sign 1 bought, -1 sold */
  fill(nowNs: number, sign: number, contracts: number, priceTicks: number): void {
    for (const horizon of this.horizons)
      horizon.waiting.push({ dueNs: nowNs + horizon.seconds * 1e9, sign, contracts, priceTicks });
  }

  /** @param midHalfTicks the mid that was in force until now */
  advance(nowNs: number, midHalfTicks: number): void {
    for (const horizon of this.horizons) if (horizon.nextNs < nowNs) horizon.settle(nowNs, midHalfTicks);
  }

  results(): Markout[] {
    return this.horizons.map(({ seconds, contracts, ticks }) => ({
      ...{ seconds, contracts, meanTicks: contracts === 0 ? null : ticks / contracts },
    }));
  }
}

class Horizon {
  contracts = 0;
  ticks = 0;
  readonly waiting: { dueNs: number; sign: number; contracts: number; priceTicks: number }[] = [];

  constructor(readonly seconds: number) {}

  get nextNs(): number {
    return this.waiting[0]?.dueNs ?? Number.POSITIVE_INFINITY;
  }

  settle(nowNs: number, midHalfTicks: number): void {
    while (this.nextNs < nowNs) {
      const { sign, contracts, priceTicks } = this.waiting.shift()!;
      this.contracts += contracts;
      this.ticks += sign * contracts * (midHalfTicks / 2 - priceTicks);
    }
  }
}
