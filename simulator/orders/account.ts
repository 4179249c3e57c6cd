import type { FutureContract } from '../contracts/contract.js';
import type { Execution } from './order.js';

/** Net contracts of one future in one account. */
export interface Position {
  readonly contract: FutureContract;
  /** Positive long, negative short. */
  quantity: number;
  /** Cost of one contract in currency: price times multiplier, with the commissions paid for it. */
  averageCost: number;
}

/** Cash, positions and what they earned, of one account. Marks to the prices that `markTicks` gives. */
export class Account {
  readonly positions = new Map<number, Position>();
  realizedPnl = 0;
  commissionsPaid = 0;

  constructor(
    readonly name: string,
    readonly startCash: number,
    private readonly markTicks: (contract: FutureContract) => number | undefined,
    private readonly baseCurrency = 'USD',
  ) {}

  /** Books a fill. @returns what closing contracts earned after commissions, or undefined where it closed none */
  book(execution: Execution, commission: number): number | undefined {
    const { contract } = execution;
    const position = this.positions.get(contract.conId) ?? { contract, quantity: 0, averageCost: 0 };
    this.positions.set(contract.conId, position);
    this.commissionsPaid += commission;
    const signed = execution.side === 'BUY' ? execution.shares : -execution.shares;
    const value = execution.priceTicks * contract.tickSize * contract.multiplier;
    const perContract = commission / execution.shares;
    const closed =
      Math.sign(signed) === -Math.sign(position.quantity) ? Math.min(Math.abs(signed), Math.abs(position.quantity)) : 0;
    const opened = execution.shares - closed;
    const direction = Math.sign(position.quantity);
    const earned = closed > 0 ? closed * (direction * (value - position.averageCost) - perContract) : undefined;
    if (earned !== undefined) this.realizedPnl += earned;
    if (opened > 0) {
      const held = closed > 0 ? 0 : Math.abs(position.quantity);
      const cost = value + Math.sign(signed) * perContract;
      position.averageCost = (position.averageCost * held + cost * opened) / (held + opened);
    }
    position.quantity += signed;
    if (position.quantity === 0) position.averageCost = 0;
    return earned;
  }

  marketPrice(position: Position): number {
    const ticks = this.markTicks(position.contract);
    if (ticks !== undefined) return ticks * position.contract.tickSize;
    return position.averageCost / position.contract.multiplier;
  }

  unrealizedPnl(position: Position): number {
    if (position.quantity === 0) return 0;
    return position.quantity * (this.marketPrice(position) * position.contract.multiplier - position.averageCost);
  }

  get equity(): number {
    let unrealized = 0;
    for (const position of this.positions.values()) unrealized += this.unrealizedPnl(position);
    return this.startCash + this.realizedPnl + unrealized;
  }

  get initialMargin(): number {
    let margin = 0;
    for (const { contract, quantity } of this.positions.values())
      margin += Math.abs(quantity) * contract.product.initialMargin;
    return margin;
  }

  /** Account values under IB's names. */
  values(): [key: string, value: string, currency: string][] {
    const money = (value: number) => value.toFixed(2);
    const initial = this.initialMargin;
    const maintenance = initial * 0.9;
    let unrealized = 0;
    for (const position of this.positions.values()) unrealized += this.unrealizedPnl(position);
    const amounts: [string, number][] = [
      ['NetLiquidation', this.equity],
      ['EquityWithLoanValue', this.equity],
      ['TotalCashValue', this.startCash + this.realizedPnl],
      ['TotalCashBalance', this.startCash + this.realizedPnl],
      ['CashBalance', this.startCash + this.realizedPnl],
      ['InitMarginReq', initial],
      ['FullInitMarginReq', initial],
      ['MaintMarginReq', maintenance],
      ['FullMaintMarginReq', maintenance],
      ['AvailableFunds', this.equity - initial],
      ['FullAvailableFunds', this.equity - initial],
      ['ExcessLiquidity', this.equity - maintenance],
      ['BuyingPower', (this.equity - initial) * 4],
      ['GrossPositionValue', 0],
      ['UnrealizedPnL', unrealized],
      ['RealizedPnL', this.realizedPnl],
    ];
    return [
      ['AccountCode', this.name, ''],
      ['AccountType', 'INDIVIDUAL', ''],
      ['AccountReady', 'true', ''],
      ['Currency', this.baseCurrency, this.baseCurrency],
      ...amounts.map(([key, value]): [string, string, string] => [key, money(value), this.baseCurrency]),
    ];
  }
}
