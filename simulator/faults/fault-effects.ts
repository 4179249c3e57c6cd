import type { GatewayCore } from '../gateway-core.js';
import { enterManualOrder, manualTerms } from '../orders/manual-orders.js';
import { Outage } from '../outage.js';
import type { Session } from '../session.js';
import { correctLastExecution, repeatLastExecution } from './execution-faults.js';
import type { FaultAction } from './fault-script.js';
import { noticeText } from './notice-texts.js';
import type { ReportFault, ReportFaults } from './report-faults.js';

/** What faults need beyond a client's view of the gateway. */
export interface FaultScene extends GatewayCore {
  outage: Outage | undefined;
  readonly reportFaults: ReportFaults;
  /** Closes everything, and is back after `downMs`. */
  restart(downMs: number): void;
  /** Lets what an outage held back go on. */
  endOutage(): void;
  /** Runs `work` later, unless the gateway has stopped by then. */
  later(ms: number, work: () => void): void;
}

/** Lets one thing go wrong. */
export function performFault(scene: FaultScene, action: FaultAction): void {
  scene.log.warn({ fault: action }, 'fault');
  const struck = sessionsOf(scene, 'clientId' in action ? action.clientId : undefined);
  const effect = EFFECTS[action.do] as (scene: FaultScene, action: FaultAction, struck: readonly Session[]) => void;
  effect(scene, action, struck);
}

type Effect<Kind extends FaultAction['do']> = (
  scene: FaultScene,
  action: Extract<FaultAction, { do: Kind }>,
  struck: readonly Session[],
) => void;

const armReportFault = (scene: FaultScene, action: ReportFault): void => scene.reportFaults.arm(action);

const EFFECTS: { readonly [Kind in FaultAction['do']]: Effect<Kind> } = {
  splitSegments(_scene, { bytes, forMs }, struck) {
    for (const session of struck) session.split(bytes, forMs);
  },
  mergeSegments(_scene, { holdMs, forMs }, struck) {
    for (const session of struck) session.merge(holdMs, forMs);
  },
  reset(_scene, _action, struck) {
    for (const session of struck) session.reset('fault: reset');
  },
  close(_scene, _action, struck) {
    for (const session of struck) session.end('fault: close');
  },
  hang(_scene, { forMs }, struck) {
    for (const session of struck) session.hang(forMs);
  },
  resume(_scene, _action, struck) {
    for (const session of struck) session.resume();
  },
  message(_scene, { fields }, struck) {
    for (const session of struck) session.send(fields);
  },
  connectivityLost: loseConnectivity,
  connectivityRestored: (scene, { code }) => restoreConnectivity(scene, code),
  notice(scene, action, struck) {
    for (const session of struck) notify(scene, session, action);
  },
  unmute(_scene, { thenCode }, struck) {
    for (const session of struck) unmute(session, thenCode);
  },
  depthReset(_scene, _action, struck) {
    for (const session of struck) session.restartDepth();
  },
  depthHalt(_scene, _action, struck) {
    for (const session of struck) haltDepth(session);
  },
  refuseDepth(scene, { code, text = noticeText(code), times }) {
    for (let i = 0; i < times; i++) scene.depthRefusals.push({ code, text });
  },
  duplicateStatus: armReportFault,
  skipStatus: armReportFault,
  reorderStatus: armReportFault,
  executionFirst: armReportFault,
  delayReports: armReportFault,
  loseReports: armReportFault,
  delayCommission: armReportFault,
  loseCommission: armReportFault,
  releaseReports: (scene) => scene.reportFaults.release(),
  repeatExecution: (scene) => repeatLastExecution(scene),
  correctExecution: (scene, { priceTicks, shares }) => correctLastExecution(scene, priceTicks, shares),
  rejectOrder(scene, action) {
    for (let i = 0; i < action.times; i++) scene.desk.forcedRejections.push(action);
  },
  refuseCancel(scene, { code, text, times }) {
    for (let i = 0; i < times; i++) scene.desk.forcedCancelRefusals.push({ code, text });
  },
  cancelOrder(scene, { text }) {
    const newest = scene.ledger.live().at(-1);
    if (newest) scene.desk.cancelUnasked(newest, text);
  },
  manualOrder: (scene, { side, quantity, limitPrice }) =>
    enterManualOrder(scene, manualTerms(side, quantity, limitPrice)),
  idsBackwards: (scene, { by }) => scene.ledger.moveIdsBack(by),
  restart(scene, { downMs, idsBackBy, loseOrders }) {
    scene.ledger.moveIdsBack(idsBackBy);
    for (const order of scene.ledger.loseNewest(loseOrders)) scene.desk.lifecycle.forget(order);
    scene.restart(downMs);
  },
};

function sessionsOf(scene: FaultScene, clientId: number | undefined): Session[] {
  return [...scene.sessions].filter(
    (session) => session.clientId !== undefined && (clientId === undefined || session.clientId === clientId),
  );
}

/** 1100 to everybody, and no market data. */
function loseConnectivity(scene: FaultScene, action: Extract<FaultAction, { do: 'connectivityLost' }>): void {
  const { restore, afterMs, reports } = action;
  if (scene.outage) return;
  const outage = new Outage(reports);
  scene.outage = outage;
  for (const session of sessionsOf(scene, undefined)) enterOutage(session);
  if (afterMs === undefined) return;
  scene.later(afterMs, () => {
    if (scene.outage === outage) restoreConnectivity(scene, restore);
  });
}

/** 1101 without subscriptions, or 1102 with fresh books. */
function restoreConnectivity(scene: FaultScene, code: 1101 | 1102): void {
  if (!scene.outage) return;
  for (const session of sessionsOf(scene, undefined)) {
    session.muted--;
    if (code === 1101) session.unsubscribeAll(isMarketData);
    session.error(-1, code, noticeText(code));
    session.restartDepth();
  }
  scene.endOutage();
}

/** Also for a client that connects in the middle of an outage. */
export function enterOutage(session: Session): void {
  session.error(-1, 1100, noticeText(1100));
  session.muted++;
}

const isMarketData = (kind: string): boolean => ['level1', 'depth', 'tickByTick', 'realTimeBars'].includes(kind);

function notify(scene: FaultScene, session: Session, action: Extract<FaultAction, { do: 'notice' }>): void {
  session.error(action.id, action.code, action.text ?? noticeText(action.code));
  if (action.muteMs === undefined) return;
  session.muted++;
  if (action.muteMs !== 'until-unmute') scene.later(action.muteMs, () => unmute(session, action.thenCode));
}

function unmute(session: Session, thenCode: number | undefined): void {
  session.muted = Math.max(0, session.muted - 1);
  if (thenCode !== undefined) session.error(-1, thenCode, noticeText(thenCode));
  session.restartDepth();
}

function haltDepth(session: Session): void {
  for (const [reqId, { kind }] of session.subscriptions) {
    if (kind !== 'depth') continue;
    session.unsubscribe(reqId, 'depth');
    session.error(reqId, 316, 'Market depth data has been HALTED. Please re-subscribe.');
  }
}
