import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { BadInput, Failure } from '../shared/failure.js';
import { jsonOfFormat } from '../shared/formats/version-found.js';
import { contractOfMonth } from './contracts/contract.js';
import type { Ledger } from './orders/ledger.js';
import type { Commission, Execution, Order } from './orders/order.js';

const stateFile = z.object({
  v: z.literal(1),
  counters: z.object({
    lastPermId: z.number().int(),
    arrivals: z.number().int(),
    fills: z.number().int(),
    lastBoundId: z.number().int(),
  }),
  lastOrderId: z.array(z.tuple([z.number().int(), z.number().int()])),
  orders: z.array(z.looseObject({ permId: z.number().int(), contract: z.string() })),
  executions: z.array(z.looseObject({ execId: z.string(), contract: z.string() })),
  commissions: z.array(z.looseObject({ execId: z.string(), amount: z.number() })),
  accounts: z.array(
    z.object({
      name: z.string(),
      realizedPnl: z.number(),
      positions: z.array(z.object({ contract: z.string(), quantity: z.number(), averageCost: z.number() })),
    }),
  ),
});

/** Writes everything that a restart must not lose: whole, and only then under its name. */
export function saveState(file: string, ledger: Ledger): void {
  const { lastPermId, arrivals, fills, lastBoundId } = ledger;
  const state: z.input<typeof stateFile> = {
    v: 1,
    counters: { lastPermId, arrivals, fills, lastBoundId },
    lastOrderId: [...ledger.lastOrderId],
    orders: [...ledger.orders.values()].map((order) => ({ ...order, contract: monthKey(order) })),
    executions: ledger.executions.map((execution) => ({ ...execution, contract: monthKey(execution) })),
    commissions: [...ledger.commissions.values()].map((commission) => ({ ...commission })),
    accounts: [...ledger.accounts.values()].map(({ name, realizedPnl, positions }) => ({
      name,
      realizedPnl,
      positions: [...positions.values()].map((held) => ({ ...held, contract: monthKey(held) })),
    })),
  };
  const temporary = `${file}.tmp`;
  const descriptor = openSync(temporary, 'w');
  try {
    writeSync(descriptor, `${JSON.stringify(state)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
}

/** Fills a new ledger from the file; without one it stays empty. @throws BadInput for a file that is no such state */
export function loadState(file: string, ledger: Ledger): void {
  if (!existsSync(file)) return;
  const state = parseState(file);
  Object.assign(ledger, state.counters);
  for (const [clientId, orderId] of state.lastOrderId) ledger.lastOrderId.set(clientId, orderId);
  for (const saved of state.orders) {
    const order = { ...saved, contract: contractOf(file, saved.contract) } as unknown as Order;
    order.queueAhead = Number.POSITIVE_INFINITY;
    ledger.orders.set(order.permId, order);
  }
  for (const saved of state.executions)
    ledger.executions.push({ ...saved, contract: contractOf(file, saved.contract) } as unknown as Execution);
  for (const saved of state.commissions) ledger.commissions.set(saved.execId, saved as unknown as Commission);
  for (const saved of state.accounts) {
    const account = ledger.accounts.get(saved.name);
    if (!account) continue;
    account.realizedPnl = saved.realizedPnl;
    for (const held of saved.positions) {
      const contract = contractOf(file, held.contract);
      account.positions.set(contract.conId, { ...held, contract });
    }
  }
}

function parseState(file: string): z.output<typeof stateFile> {
  let value: unknown;
  try {
    value = jsonOfFormat('gateway state', file, readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BadInput(file, undefined, 'is not JSON', 'remove the file to begin without orders');
  }
  const parsed = stateFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new BadInput(file, `field ${issue.path.join('.')}`, issue.message, 'remove the file to begin without orders');
}

const monthKey = ({ contract }: Pick<Order, 'contract'>): string =>
  `${contract.product.tradingClass} ${contract.contractMonth}`;

function contractOf(file: string, key: string): Order['contract'] {
  const contract = contractOfMonth(key);
  if (!contract) throw new BadInput(file, `contract '${key}'`, 'is unknown', 'remove the file to begin without orders');
  return contract;
}
