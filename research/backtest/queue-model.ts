import { z } from 'zod';
import type { OwnOrder } from './own-order.js';

/**
 * Which part of the contracts that leave a level without trading stood ahead of an own order. `none`: only trades move
 * it forward (hftbacktest's RiskAdverseQueueModel). The others are hftbacktest's ProbQueueModel, with front f and back b
 * contracts ahead of and behind the order; the probability that a cancellation lies behind it is
 * power: b^n / (b^n + f^n); power2: b^n / (b + f)^n; power3: 1 - (f / (f + b))^n; log: ln(1+b) / (ln(1+b) + ln(1+f)).
 */
export const queueSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.enum(['power', 'power2', 'power3']), n: z.number().positive().max(100) }),
  z.strictObject({ kind: z.literal('log') }),
]);
export type QueueSpec = Readonly<z.infer<typeof queueSpec>>;

/** Moves an own order through the queue at its price. Quantities in contracts. */
export interface QueueModel {
  /** Contracts traded at the order's price, on its side. */
  onTrade(order: OwnOrder, contracts: number): void;
  /** What the level shows changed (or was said again). */
  onLevel(order: OwnOrder, before: number, after: number): void;
}

export function queueModelOf(spec: QueueSpec): QueueModel {
  return spec.kind === 'none' ? TRADES_ONLY : new ProbabilisticQueue(shareBehindOf(spec));
}

const TRADES_ONLY: QueueModel = {
  onTrade(order, contracts) {
    order.aheadContracts -= contracts;
  },
  onLevel(order, _before, after) {
    if (after < order.aheadContracts) order.aheadContracts = after;
  },
};

type ShareBehind = (ahead: number, behind: number) => number;

/** Rigtorp, Estimating Order Queue Position (2013), as hftbacktest computes it. */
class ProbabilisticQueue implements QueueModel {
  constructor(private readonly shareBehind: ShareBehind) {}

  onTrade(order: OwnOrder, contracts: number): void {
    order.aheadContracts -= contracts;
    order.tradedSinceLevel += contracts;
  }

  onLevel(order: OwnOrder, before: number, after: number): void {
    // The level's fall contains what traded, which has moved the order already.
    const left = before - after - order.tradedSinceLevel;
    order.tradedSinceLevel = 0;
    const ahead = order.aheadContracts;
    if (left < 0) {
      order.aheadContracts = Math.min(ahead, after);
      return;
    }
    const behind = before - ahead;
    const share = this.shareBehind(ahead, behind);
    const shareBehind = Number.isFinite(share) ? share : Number.isNaN(share) ? Number.NaN : 1;
    // More cannot leave from behind than stood there: the rest came from ahead.
    const estimate = ahead - (1 - shareBehind) * left + Math.min(behind - shareBehind * left, 0);
    order.aheadContracts = minNumber(estimate, after);
  }
}

/** As IEEE minNum: a NaN (nothing ahead, nothing behind) loses. */
function minNumber(a: number, b: number): number {
  return Number.isNaN(a) ? b : Math.min(a, b);
}

function shareBehindOf(spec: Exclude<QueueSpec, { kind: 'none' }>): ShareBehind {
  switch (spec.kind) {
    case 'log':
      return (f, b) => Math.log(1 + b) / (Math.log(1 + b) + Math.log(1 + f));
    case 'power': {
      const { n } = spec;
      return (f, b) => b ** n / (b ** n + f ** n);
    }
    case 'power2': {
      const { n } = spec;
      return (f, b) => b ** n / (b + f) ** n;
    }
    case 'power3': {
      const { n } = spec;
      return (f, b) => 1 - (f / (f + b)) ** n;
    }
  }
}
