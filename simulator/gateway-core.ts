import type { Logger } from 'pino';
import type { Catalogue, ContractQuery } from './contracts/catalogue.js';
import type { FutureContract } from './contracts/contract.js';
import type { ScriptedAnswers } from './faults/scripted-answers.js';
import type { BarHistory } from './market/bars.js';
import type { Market } from './market/market.js';
import type { OrderDesk } from './orders/desk.js';
import type { Ledger } from './orders/ledger.js';
import type { Session } from './session.js';
import type { GatewaySettings } from './settings.js';

/** What request handlers and faults work with. */
export interface GatewayCore {
  readonly settings: GatewaySettings;
  readonly catalogue: Catalogue;
  readonly ledger: Ledger;
  readonly desk: OrderDesk;
  readonly sessions: ReadonlySet<Session>;
  readonly scripted: ScriptedAnswers;
  readonly log: Logger;
  nowMs(): number;
  /** By contract id. */
  readonly markets: ReadonlyMap<number, Market>;
  readonly history: ReadonlyMap<number, BarHistory>;
  /** startApi was accepted. */
  onReady(session: Session): void;
  onSubscribed(): void;
  /** Whether an execution happened that the gateway does not know of yet. */
  isUntold(execId: string): boolean;
  /** Runs `work` later, unless the gateway has stopped by then. */
  later(ms: number, work: () => void): void;
  /** Somebody asked for historical data: false when that is once too often in ten minutes. */
  admitsHistory(): boolean;
}

/** The one contract that a data request means; otherwise the client gets the error and this is undefined. */
export function contractFor(
  core: GatewayCore,
  session: Session,
  reqId: number,
  query: ContractQuery,
): FutureContract | undefined {
  const found = core.catalogue.find(query);
  if (found.length === 1) return found[0];
  const text =
    found.length === 0
      ? 'No security definition has been found for the request'
      : 'The contract description specified for the request is ambiguous';
  session.error(reqId, 200, text);
  return undefined;
}
