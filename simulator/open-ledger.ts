import type { FutureContract } from './contracts/contract.js';
import { Account } from './orders/account.js';
import { Ledger } from './orders/ledger.js';
import type { GatewaySettings } from './settings.js';
import { loadState } from './state-file.js';

/** permIds of two seeds never meet. */
const PERM_ID_BASE = 700_000_000;
const PERM_IDS_PER_SEED = 1_000_000;

/** The ledger that a gateway begins with: empty, or what the state file holds. @throws BadInput for a broken file */
export function openLedger(
  settings: GatewaySettings,
  markTicks: (contract: FutureContract) => number | undefined,
  { seed = 1, stateFile }: { readonly seed?: number; readonly stateFile?: string | undefined },
): Ledger {
  const ledger = new Ledger(PERM_ID_BASE + (seed % 1000) * PERM_IDS_PER_SEED, settings.firstOrderId);
  for (const name of settings.accounts) ledger.accounts.set(name, new Account(name, settings, markTicks));
  if (stateFile !== undefined) loadState(stateFile, ledger);
  return ledger;
}
