import { Outage } from '../../outage.js';
import type { Session } from '../../session.js';
import { type Effects, type FaultScene, sessionsOf } from '../fault-scene.js';
import type { FaultAction } from '../fault-script.js';
import { noticeText } from '../notice-texts.js';

export const connectionEffects: Effects<'connectivityLost' | 'connectivityRestored' | 'notice' | 'unmute'> = {
  connectivityLost: loseConnectivity,
  connectivityRestored: (scene, { code }) => restoreConnectivity(scene, code),
  notice(scene, action, struck) {
    for (const session of struck) notify(scene, session, action);
  },
  unmute(_scene, { thenCode }, struck) {
    for (const session of struck) unmute(session, thenCode);
  },
};

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
