import type { EntryOf, OrderSide } from '../../shared/contract/order-journal.js';

export interface Execution {
  readonly execId: string;
  readonly orderRef: string | null;
  readonly permId: number;
  readonly side: OrderSide;
  readonly contracts: number;
  readonly price: number;
}

/** What a reported execution means for what is counted already. */
export type Verdict =
  | { readonly kind: 'new' }
  | { readonly kind: 'duplicate' }
  /** Takes the place of an earlier report of the same execution. */
  | { readonly kind: 'correction'; readonly corrects: string };

/**
 * Every execution that counts, once each. An execution id is `<root>.<NN>`: a higher NN under the same root corrects
 * the earlier report, it is no second fill.
 */
export class Executions {
  private readonly byRoot = new Map<string, Execution>();
  private readonly commissionByExecId = new Map<string, number>();
  private readonly carriedRoots = new Set<string>();
  private readonly contractsByOrder = new Map<string, number>();
  /** Kept, not added up when asked: a long day must make no decision slower. */
  private chargedToday = 0;

  judge(execId: string): Verdict {
    const known = this.byRoot.get(rootOf(execId));
    if (!known) return { kind: 'new' };
    return revisionOf(execId) > revisionOf(known.execId)
      ? { kind: 'correction', corrects: known.execId }
      : { kind: 'duplicate' };
  }

  /** Counts an execution that was judged new or a correction. */
  count(execution: Execution): void {
    const root = rootOf(execution.execId);
    const replaced = this.byRoot.get(root);
    if (replaced) this.add(replaced.orderRef, -replaced.contracts);
    this.chargedToday -= this.chargeOf(root);
    this.byRoot.set(root, execution);
    this.chargedToday += this.chargeOf(root);
    this.add(execution.orderRef, execution.contracts);
  }

  /** Knows an execution of an earlier trade date, so that it is not counted again. */
  carry(execution: Execution): void {
    const root = rootOf(execution.execId);
    this.chargedToday -= this.chargeOf(root);
    this.carriedRoots.add(root);
    this.count(execution);
  }

  /** May arrive before its execution, after it, more than once or never. */
  charge({ execId, amount }: Pick<EntryOf<'commission'>, 'execId' | 'amount'>): void {
    const root = rootOf(execId);
    this.chargedToday -= this.chargeOf(root);
    this.commissionByExecId.set(execId, amount);
    this.chargedToday += this.chargeOf(root);
  }

  hasCommission(execId: string, amount: number): boolean {
    return this.commissionByExecId.get(execId) === amount;
  }

  contractsOf(orderRef: string): number {
    return this.contractsByOrder.get(orderRef) ?? 0;
  }

  find(execId: string): Execution | undefined {
    const known = this.byRoot.get(rootOf(execId));
    return known?.execId === execId ? known : undefined;
  }

  all(): Execution[] {
    return [...this.byRoot.values()];
  }

  /** Those of this trade date. */
  ofToday(): Execution[] {
    return [...this.byRoot].filter(([root]) => !this.carriedRoots.has(root)).map(([, execution]) => execution);
  }

  /** Of today's executions; the commission of a corrected report is void with it. */
  commissions(): number {
    return this.chargedToday;
  }

  /** What the report that counts has cost today. */
  private chargeOf(root: string): number {
    const execution = this.byRoot.get(root);
    if (!execution || this.carriedRoots.has(root)) return 0;
    return this.commissionByExecId.get(execution.execId) ?? 0;
  }

  private add(orderRef: string | null, contracts: number): void {
    if (orderRef !== null) this.contractsByOrder.set(orderRef, this.contractsOf(orderRef) + contracts);
  }
}

export function signedContracts({ side, contracts }: Pick<Execution, 'side' | 'contracts'>): number {
  return side === 'BUY' ? contracts : -contracts;
}

function rootOf(execId: string): string {
  const dot = execId.lastIndexOf('.');
  return dot < 0 ? execId : execId.slice(0, dot);
}

function revisionOf(execId: string): number {
  const revision = Number(execId.slice(execId.lastIndexOf('.') + 1));
  return Number.isFinite(revision) ? revision : 0;
}
