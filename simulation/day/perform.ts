import path from 'node:path';
import { CLIENT_ID } from '../../shared/config/services.js';
import { CONTROL_FILES } from '../../shared/contract/trading-control.js';
import type { ContractQuery } from '../../simulator/contracts/catalogue.js';
import { faultAction } from '../../simulator/faults/fault-script.js';
import { plainTerms } from '../../simulator/orders/manual-orders.js';
import type { Execution } from '../../simulator/orders/order.js';
import { type Signed, signedResume } from '../../test/bridge/signed-request.js';
import type { Action, Later, Step } from '../plan/plan.js';
import { diskCalls } from '../world/disk-calls.js';
import { ACCOUNT, type Day, METRICS_PORT } from './day.js';
import { type AcceptedRelease, BROKER, type HomeTemplate } from './home-template.js';

type Effects = {
  readonly [K in Action['do']]: (day: Day, action: Extract<Action, { do: K }>, template: HomeTemplate) => void;
};

const later = ({ world }: Day, ms: number, work: () => void) => world.schedule(ms, world.outside, 'step ends', work);

const LOOK_EVERY_MS = 20;
/** A bridge asks twice for the open orders: for those of all, and for its own. */
const ANSWERS_OF_A_LOOK = 2;
/** A second look has come by then. */
const LOOKS_APART_MS = 1500;

/** Tries again and again, until it is done or the faults are over. @param attempt says whether it is done */
function whenever(day: Day, attempt: () => boolean): void {
  if (day.isQuiet || attempt()) return;
  later(day, LOOK_EVERY_MS, () => whenever(day, attempt));
}

const EFFECTS: Effects = {
  gateway: (day, { fault }) => {
    const parsed = faultAction.safeParse(fault);
    if (parsed.success) day.truth?.gateway.inject(parsed.data);
    // Whoever is shown no order by two looks in a row has to believe that there is none.
    const { ordained } = day.truth.gateway.desk;
    const isBeforeNextLook = day.world.nowMs - day.truth.omittedMs < LOOKS_APART_MS;
    ordained.omittedOpenOrders = isBeforeNextLook ? 0 : Math.min(ordained.omittedOpenOrders, ANSWERS_OF_A_LOOK);
  },
  'hand-trade': (day, { contracts }) => tradeByHand(day, contracts),
  'close-by-hand': (day) => tradeByHand(day, -day.truth.position(day.localSymbol)),
  'stray-order': (day, { contracts }) => whenever(day, () => placeStray(day, contracts, () => 'of an older home')),
  'twin-order': (day) => whenever(day, () => placeStray(day, 1, () => day.truth.liveOrders()[0]?.terms.orderRef)),
  kill: (day, { moment, restartMs }) => day.kills.arm(moment, restartMs),
  stop: (day, { restartMs }) => day.host.stop(restartMs),
  'power-cut': (day, { restartMs }) => {
    for (const { owner } of day.host.alive) owner.end(true);
    day.world.disk.cutPower();
    day.journals.forgetUnsynced();
    day.host.startIn(restartMs);
  },
  'disk-full': (day, { freeBytes, forMs }) => {
    const { faults } = day.world.disk;
    faults.freeBytes = freeBytes;
    later(day, forMs, () => {
      faults.freeBytes = Number.POSITIVE_INFINITY;
    });
  },
  'failing-syncs': ({ world }, { count }) => {
    world.disk.faults.failingSyncs += count;
  },
  'slow-disk': (day, { delayMs, forMs }) => {
    const { faults } = day.world.disk;
    faults.syncDelayMs = delayMs;
    later(day, forMs, () => {
      faults.syncDelayMs = 0;
    });
  },
  'wall-step': ({ world }, { stepMs }) => {
    world.wallStepMs += stepMs;
  },
  ask: (day, { what }) => askBridge(day, what),
  'halt-on-order': (day, { holdMs }) => {
    day.truth.gateway.inject({ do: 'holdOrder', ms: holdMs, cancelsWait: false, times: 1 });
    day.truth.gateway.inject({ do: 'oddStatus', kind: 'nanFilled', times: 1 });
  },
  'refused-and-left-out': (day, { code, thenMs }) => {
    day.truth.gateway.inject({ do: 'inactive', code, thenMs, text: 'Order rejected', times: 1 });
    day.onNextOrder.push(() => {
      if (!day.isQuiet) day.truth.gateway.desk.ordained.omittedOpenOrders = ANSWERS_OF_A_LOOK;
    });
  },
  arm: (day, { release }, template) => armRelease(day, template[release - 1]!),
  'second-bridge': ({ host }) => {
    if (host.current?.running) host.start();
  },
  'take-port': (day, { forMs }) => {
    const { network } = day.world;
    try {
      network.listen(null, METRICS_PORT);
    } catch {
      return; // the bridge has it
    }
    day.isPortTaken = true;
    later(day, forMs, () => releasePort(day));
  },
  cut: ({ world }, { forMs }) => {
    const { faults } = world.network;
    faults.cutUntilMs = Math.max(faults.cutUntilMs, world.nowMs + forMs);
  },
  lag: (day, { delayMs, forMs }) => {
    const { faults } = day.world.network;
    faults.delayMs = delayMs;
    later(day, forMs, () => {
      faults.delayMs = 0;
    });
  },
  push: (day, { ticks }) => {
    for (const market of day.markets) market.push(ticks);
  },
  'push-against': (day, { share }) => whenever(day, () => pushAgainst(day, share)),
  'push-away': (day, { ticks }) => {
    const newest = day.truth.liveOrders().at(-1);
    if (newest) day.market.push(newest.side === 'BUY' ? ticks : -ticks);
  },
  'on-order': (day, { holdMs, then }, template) => {
    day.onNextOrder.push((orderRef) => {
      if (day.isQuiet) return;
      // The message is on its way: what is ordained now meets this order.
      day.truth.gateway.inject({ do: 'holdOrder', ms: holdMs, cancelsWait: false, times: 1 });
      const isWorking = () => day.truth.liveOrders().some(({ terms }) => terms.orderRef === orderRef);
      whenever(day, () => follow(day, isWorking(), then, template));
    });
  },
  'order-shown-late': (day) => {
    day.truth.gateway.desk.ordained.omittedOpenOrders = ANSWERS_OF_A_LOOK;
    day.truth.gateway.inject({ do: 'reset' });
  },
  'on-fill': (day, { then }, template) => {
    const before = day.truth.executions().length;
    whenever(day, () => follow(day, day.truth.executions().slice(before).some(isOfDecision(day)), then, template));
  },
  roll: (day, { restartMs }) =>
    day.host.stop(restartMs, () => {
      day.contractIndex = Math.min(day.contractIndex + 1, day.markets.length - 1);
    }),
};

/** Lets a step of the plan happen now. */
export function perform(day: Day, step: Step, template: HomeTemplate): void {
  if (!day.truth || day.isQuiet) return;
  day.watcher.tell?.('plan', JSON.stringify(step));
  day.needlessAlarm.happened(step);
  (EFFECTS[step.do] as (day: Day, action: Action, template: HomeTemplate) => void)(day, step, template);
}

/** Another program ends, where one had the bridge's port. */
export function releasePort(day: Day): void {
  if (day.isPortTaken) day.world.network.unlisten(METRICS_PORT);
  day.isPortTaken = false;
}

/** A person at the gateway's window: at a price that is filled at once, as far as the book goes. */
export function tradeByHand(day: Day, contracts: number): void {
  if (contracts === 0) return;
  const { tickSize } = day.product;
  const through = Math.sign(contracts) * 15;
  const limitPrice = Number(((day.market.bidTicks + through) * tickSize).toFixed(6));
  const side = contracts > 0 ? 'BUY' : 'SELL';
  day.truth.gateway.inject({ do: 'manualOrder', side, quantity: Math.abs(contracts), limitPrice });
}

/** Leaves a request for the bridge, as the command line does: whole, by a rename. */
export function askBridge(day: Day, what: keyof typeof CONTROL_FILES): void {
  const { world } = day;
  const calls = diskCalls(world);
  const file = path.join(BROKER, 'control', CONTROL_FILES[what]);
  const words = { v: 1, by: 'operator', reason: 'as planned', at: new Date(world.wallMs).toISOString() };
  const request = what === 'resume' ? signedResume(signing(day)) : words;
  try {
    calls.mkdirSync(path.dirname(file), { recursive: true });
    calls.writeFileSync(`${file}.tmp`, JSON.stringify(request));
    calls.renameSync(`${file}.tmp`, file);
    // As the command does: what it has confirmed outlives a power cut.
    const descriptor = calls.openSync(file);
    calls.fsyncSync(descriptor);
    calls.closeSync(descriptor);
  } catch {
    return; // the disk is full: the operator is told so
  }
  if (what === 'halt') day.haltThrown();
}

/** Two runs of a plan sign the same: nothing is drawn. */
function signing({ world }: Day): Signed {
  return { account: ACCOUNT, nowMs: world.wallMs, id: world.eventsRun.toString(16).padStart(32, '0') };
}

/** The broker's worker has accepted a release, and asks for it from now on. */
export function armRelease(day: Day, { armable, files }: AcceptedRelease): void {
  day.world.disk.preload(files);
  const calls = diskCalls(day.world);
  const folder = path.join(BROKER, 'armed');
  try {
    calls.mkdirSync(folder, { recursive: true });
    calls.writeFileSync(path.join(folder, 'swap.json'), JSON.stringify({ ...armable, notBeforeMarketMs: 0 }));
  } catch {
    // the disk is full: nothing is armed
  }
}

/**
 * While no bridge is connected: nobody else could use its client id. Far from the market, so that it works until somebody
 * cancels it.
 * @param orderRef undefined while there is none to take
 * @returns whether it is placed
 */
function placeStray(day: Day, contracts: number, orderRef: () => string | undefined): boolean {
  const { truth, product, market, localSymbol } = day;
  const { gateway } = truth;
  const reference = gateway.clientIds.includes(CLIENT_ID) ? undefined : orderRef();
  if (reference === undefined) return false;
  const limitPrice = Number(((market.bidTicks - Math.sign(contracts) * 200) * product.tickSize).toFixed(6));
  const contract = gateway.contracts.find((candidate) => candidate.localSymbol === localSymbol)!;
  const terms = {
    ...plainTerms(contracts > 0 ? 'BUY' : 'SELL', Math.abs(contracts), limitPrice),
    orderRef: reference,
  };
  const query = { conId: contract.conId, symbol: product.symbol, secType: 'FUT', exchange: 'CME' } as ContractQuery;
  truth.strays.add(gateway.ledger.lastPermId + 1);
  // Under an id that was used before it would be a change of that order.
  let orderId = gateway.ledger.nextOrderId(CLIENT_ID);
  while (gateway.ledger.find(CLIENT_ID, orderId)) orderId++;
  gateway.desk.place(CLIENT_ID, { orderId, contract: query, terms });
  return true;
}

/** @returns whether it was time for what follows */
function follow(day: Day, isDue: boolean, then: readonly Later[], template: HomeTemplate): boolean {
  if (isDue)
    for (const { afterMs, action } of then)
      later(day, afterMs, () => perform(day, { ...action, atMs: day.world.nowMs }, template));
  return isDue;
}

const isOfDecision =
  ({ truth }: Day) =>
  ({ orderRef }: Execution): boolean =>
    truth.sent.get(orderRef)?.isClosing === false;

/** @returns false while nothing is held; a limit that no market would reach is let be */
function pushAgainst(day: Day, share: number): boolean {
  const { truth, localSymbol, setting, product } = day;
  const position = truth.position(localSymbol);
  const ticks = (share * setting.risk.maxDailyLossUsd!) / (Math.abs(position) * product.multiplier * product.tickSize);
  if (position !== 0 && ticks < PUSH_TICKS_MAX) day.market.push(-Math.sign(position) * Math.ceil(ticks));
  return position !== 0;
}

const PUSH_TICKS_MAX = 1000;
