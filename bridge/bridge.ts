import { isSyntheticMarket } from '../shared/config/config.js';
import { tellHalt } from './alarms/alarm-of-halt.js';
import type { HaltCode } from './halt/halts.js';
import { requireAccountOfMode } from './halt/require-account.js';
import { Opened } from './opened.js';
import { endDecisions } from './orders/end-decisions.js';
import { ContractAfterContract, type RunningBridge } from './roll/contract-after-contract.js';
import { startFailure } from './start-failure.js';
import { describeBridge } from './status/describe-bridge.js';
import { type BridgeOptions, type Ground, layGround } from './wiring/ground.js';
import { LaterParts } from './wiring/later.js';
import { marketParts } from './wiring/market-parts.js';
import { operatorParts } from './wiring/operator-parts.js';
import { releaseParts } from './wiring/release-parts.js';
import { rollParts } from './wiring/roll-parts.js';
import { tradingParts } from './wiring/trading-parts.js';

export type { RunningBridge };

/**
 * Starts the one process that may send orders. Resolves once it keeps connecting, captures and tells its status. What can
 * fail comes first, in an order in which nothing is changed before all of it has been looked at; a start that fails closes
 * what it has opened, and until it has succeeded no timer runs, no control file is obeyed and nobody is connected to.
 * @throws Failure BridgeRunning, AccountRefused, NoCalendar, PortTaken, FolderNotWritable, BadInput, ...: always with the next step
 */
export async function startBridge(options: BridgeOptions): Promise<RunningBridge> {
  const contracts = new ContractAfterContract((onRolled) => open(options, onRolled));
  await contracts.start();
  return contracts;
}

/** All of a bridge for one contract, from its lock to its connection. @throws Failure as `startBridge` */
async function open(options: BridgeOptions, onRolled: () => void): Promise<Opened> {
  const opened = new Opened();
  try {
    requireAccountOfMode(options.config.gateway);
    await assemble(options, opened, onRolled);
  } catch (error) {
    await opened.close().catch((failure: unknown) => options.log.error({ err: failure }, 'a start was not undone'));
    throw startFailure(error);
  }
  return opened;
}

/** Each part is handed those that are made before it; the few calls that run back are in `LaterParts`. */
async function assemble(options: BridgeOptions, opened: Opened, onRolled: () => void): Promise<void> {
  const later = new LaterParts();
  const ground = await layGround(options, opened, later);
  const market = marketParts(ground, opened, later);
  const traded = tradingParts(ground, market, later);
  const releases = releaseParts(ground, market, { later, examine: options.examine });
  const rolled = rollParts(ground, traded, { opened, later, onRolled });
  const { keeper, supervisor } = operatorParts(ground, market, { ...traded, ...rolled }, later);
  haltAsBefore(ground);
  ground.guard.start();
  market.decisionLog.start(market.decider.lastEventSeq);
  await releases.restore();

  opened.closeBy(() => traded.desk.voidSlot('the bridge stops'));
  opened.closeBy(() => keeper.stop());
  for (const part of [market.rehearsal, supervisor, releases.swap]) opened.closeBy(() => part.stop());
  const { config, journal, halts, status, statusServer, tally, log } = ground;
  const describe = () => {
    market.regime.observe(market.decider.market);
    return describeBridge({
      ...{ ...ground, ...market, ...traded, connection: keeper.state, synthetic: isSyntheticMarket(config) },
      ...{ instrument: ground.own.localSymbol, roll: rolled.rolling?.status ?? null },
      messagesWaiting: keeper.readySession?.messagesWaiting ?? 0,
    });
  };
  releases.swap.start();
  journal.start();
  market.rehearsal.start();
  supervisor.start();
  status.start(describe);
  statusServer.serve(describe);
  tally.eventLoopDelay.enable();
  opened.closeBy(() => void tally.eventLoopDelay.disable());
  keeper.start();
  if (!config.bridge.cancelOnStop) return;
  opened.closeBy(async () => {
    const left = await endDecisions(halts, () => journal.ledger, config.bridge.stopSecondsMax);
    if (left.length > 0) log.error({ orders: left.map(({ orderRef }) => orderRef) }, 'orders are left at the gateway');
  });
}

/** What the journal says was halted stays so; what it still owes (a position to close) is raised anew. */
function haltAsBefore({ halts, limits, journal, alarms }: Ground): void {
  halts.raise('connection', 'not connected yet');
  limits.judge(halts);
  const { ledger } = journal;
  if (ledger.live().length > 0 || ledger.slot !== null)
    journal.append({ kind: 'link-lost', reason: 'the bridge was started anew' });
  for (const [code, reason] of [...journal.ledger.haltReasons]) {
    if (journal.ledger.isOwed(code)) halts.raise(code as HaltCode, reason);
    else {
      halts.restore(code as HaltCode, reason, ageOf(journal.ledger.haltSince(code)));
      tellHalt(alarms, code as HaltCode, reason);
    }
  }
}

/** Ms since a wall time; infinite where it is not known, or still to come by a clock that was set back. */
function ageOf(since: string | null): number {
  const ageMs = since === null ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(since);
  return ageMs >= 0 ? ageMs : Number.POSITIVE_INFINITY;
}
