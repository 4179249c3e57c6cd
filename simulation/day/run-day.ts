import { judgeCaptures, judgeFlat, judgeJournals, judgeQuiet } from '../invariants/end-rules.js';
import type { Report, Violation } from '../invariants/violation.js';
import { type Plan, playedMs } from '../plan/plan.js';
import { activeWorld, enterWorld } from '../world/world.js';
import { BRIDGE_STARTS_MS, Day, type Watcher } from './day.js';
import { type HomeTemplate, homeTemplate } from './home-template.js';
import { armRelease, askBridge, perform, releasePort } from './perform.js';

/** Wall time at which every day begins. */
export const WALL_START_MS = Date.UTC(2019, 7, 29, 12);
/** A gateway that was restarted just before the faults ended, and is slow to speak, takes so much longer. */
const GATEWAY_BACK_MS = 3000;
const QUIET_MS = 8000;
const FLAT_MS = 6000;
/** Requests are looked at four times a second, the status is written once. */
const SETTLED_MS = 2500;
const LOOK_EVERY_MS = 1000;
const STOP_MS = 5000;

export interface DayResult {
  readonly violation: Violation | null;
  /** Two runs of a plan have the same one. */
  readonly digest: string;
  readonly events: number;
  readonly orders: number;
  readonly executions: number;
  readonly starts: number;
}

/** Runs one day to its end or to its first violation. In one turn of the real event loop: see `inOneTurn`. */
export function runDay(plan: Plan, watcher: Watcher = { tell: null }): Promise<DayResult> {
  return inOneTurn(() => {
    const day = new Day(plan, WALL_START_MS, watcher);
    const { symbol, tickSize, multiplier } = day.product;
    const product = { symbol, exchange: 'CME', tickSize, multiplier };
    const template = homeTemplate(product, plan.setting.policyContracts, WALL_START_MS);
    enterWorld(day.world);
    try {
      play(day, template);
    } catch (error) {
      day.report('uncaught', error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      enterWorld(null);
    }
    return {
      violation: day.violation,
      digest: day.world.digest(),
      events: day.world.eventsRun,
      orders: day.truth?.sent.size ?? 0,
      executions: day.truth?.executions().length ?? 0,
      starts: day.host.incarnations.length,
    };
  });
}

function play(day: Day, template: HomeTemplate): void {
  const { world, plan } = day;
  day.begin();
  armRelease(day, template[0]!);
  for (const step of plan.steps)
    world.schedule(BRIDGE_STARTS_MS + step.atMs, world.outside, 'plan', () => perform(day, step, template));
  const endMs = BRIDGE_STARTS_MS + playedMs(plan.setting);
  day.runUntil(endMs);
  if (day.violation) return;
  becomeQuiet(day);
  // Two looks at the position in a row, and then the asking, are what it takes to notice a difference.
  waitAndJudge(day, QUIET_MS + GATEWAY_BACK_MS + 3 * plan.setting.positionEveryMs, judgeQuiet);
  if (day.violation) return;
  if (plan.setting.flattensAtEnd) {
    askBridge(day, 'flatten');
    waitAndJudge(day, FLAT_MS, judgeFlat);
  }
  endBridge(day);
  if (day.violation) return;
  judgeJournals(day);
  audit(day);
}

/** Gives the bridge time to bring about what is judged; what holds early need not be waited for. */
function waitAndJudge(day: Day, withinMs: number, judge: (day: Day, report: Report) => void): void {
  const lastMs = day.world.nowMs + withinMs;
  day.runUntil(day.world.nowMs + SETTLED_MS);
  for (; !day.violation && day.world.nowMs < lastMs; day.runUntil(day.world.nowMs + LOOK_EVERY_MS)) {
    let holds = true;
    judge(day, () => {
      holds = false;
    });
    if (holds) return;
  }
  if (!day.violation) judge(day, day.report);
}

/** The faults are over; the kill switch is thrown. */
function becomeQuiet(day: Day): void {
  const { world, host, truth } = day;
  day.watcher.tell?.('plan', 'quiet: the faults are over, the kill switch is thrown');
  day.isQuiet = true;
  day.kills.disarm();
  Object.assign(world.disk.faults, { freeBytes: Number.POSITIVE_INFINITY, failingSyncs: 0, syncDelayMs: 0 });
  Object.assign(world.network.faults, { delayMs: 0, cutUntilMs: 0 });
  releasePort(day);
  const { ordained } = truth.gateway.desk;
  for (const list of [ordained.rejections, ordained.cancelRefusals, ordained.suspensions, ordained.holds])
    list.length = 0;
  ordained.omittedOpenOrders = 0;
  truth.gateway.inject({ do: 'connectivityRestored' });
  truth.gateway.inject({ do: 'resume' });
  for (let ms = 0; ms < 2 * QUIET_MS + FLAT_MS; ms += 500)
    world.schedule(ms, world.outside, 'release', () => truth.gateway.inject({ do: 'releaseReports' }));
  askBridge(day, 'halt');
  if (!host.current) host.startIn(100);
}

function endBridge(day: Day): void {
  const { world, host } = day;
  host.retire();
  host.stop(0);
  day.runUntil(world.nowMs + STOP_MS);
  for (const { owner } of host.alive) owner.end(true);
}

/** Reads the captures with the product's reader, inside the world. */
function audit(day: Day): void {
  const { world } = day;
  const owner = world.createOwner('auditor');
  let isDone = false;
  world.schedule(0, owner, 'audit', () => {
    judgeCaptures(day).finally(() => {
      isDone = true;
    });
  });
  while (!isDone && world.step());
}

const realImmediate = setImmediate;

/**
 * The world drives microtasks itself, which Node allows outside of microtasks only; and what is rejected meanwhile is
 * the world's own business, not the test runner's.
 */
function inOneTurn<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    realImmediate(() => {
      const kept = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', onRejection);
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      } finally {
        process.removeAllListeners('unhandledRejection');
        for (const listener of kept) process.on('unhandledRejection', listener);
      }
    });
  });
}

function onRejection(error: unknown): void {
  activeWorld()?.uncaught(error);
}
