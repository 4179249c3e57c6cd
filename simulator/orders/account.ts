import type { FutureContract } from '../contracts/contract.js';
import type { GatewaySettings } from '../settings.js';
import type { Execution } from './order.js';

/** Currency of every contract listed here. */
const CONTRACT_CURRENCY = 'USD';

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
  /** Contracts of each future, by its id, that nobody is told of yet. */
  readonly #withheld = new Map<number, number>();
  realizedPnl = 0;
  commissionsPaid = 0;

  constructor(
    readonly name: string,
    private readonly settings: Pick<GatewaySettings, 'startCash' | 'accountCurrency' | 'exchangeRate'>,
    private readonly markTicks: (contract: FutureContract) => number | undefined,
  ) {}

  /** Currency of the contracts, as all figures here but `values`. */
  get startCash(): number {
    return this.settings.startCash;
  }

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

  /** The positions as the clients are told of them. */
  told(): Position[] {
    return [...this.positions.values()].map((position) => ({
      ...position,
      quantity: position.quantity - (this.#withheld.get(position.contract.conId) ?? 0),
    }));
  }

  /** So many contracts are not told of, or (negative) are told of again. */
  withhold({ conId }: FutureContract, contracts: number): void {
    this.#withheld.set(conId, (this.#withheld.get(conId) ?? 0) + contracts);
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

  /** Account values under IB's names, in the account's own currency; cash in the contracts' beside it. */
  values(): [key: string, value: string, currency: string][] {
    const { accountCurrency, exchangeRate } = this.settings;
    const money = (value: number, rate = exchangeRate) => (value * rate).toFixed(2);
    const cash = this.startCash + this.realizedPnl;
    const initial = this.initialMargin;
    const maintenance = initial * 0.9;
    let unrealized = 0;
    for (const position of this.positions.values()) unrealized += this.unrealizedPnl(position);
    const amounts: [string, number][] = [
      ['NetLiquidation', this.equity],
      ['EquityWithLoanValue', this.equity],
      ['TotalCashValue', cash],
      ['TotalCashBalance', cash],
      ['CashBalance', cash],
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
      ['Currency', accountCurrency, accountCurrency],
      ...amounts.map(([key, value]): [string, string, string] => [key, money(value), accountCurrency]),
      ['ExchangeRate', '1.00', accountCurrency],
      ...(accountCurrency === CONTRACT_CURRENCY
        ? []
        : foreignValues(money(cash, 1), money(this.realizedPnl, 1), exchangeRate)),
    ];
  }
}

/** The rows of the contracts' currency in an account that is kept in another. */
function foreignValues(cash: string, realizedPnl: string, rate: number): [string, string, string][] {
  return [
    ['ExchangeRate', String(rate), CONTRACT_CURRENCY],
    ['CashBalance', cash, CONTRACT_CURRENCY],
    ['TotalCashBalance', cash, CONTRACT_CURRENCY],
    ['RealizedPnL', realizedPnl, CONTRACT_CURRENCY],
  ];
}
