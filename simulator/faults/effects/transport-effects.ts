import type { Effects } from '../fault-scene.js';

export const transportEffects: Effects<
  | 'splitSegments'
  | 'mergeSegments'
  | 'reset'
  | 'close'
  | 'hang'
  | 'resume'
  | 'message'
  | 'idsBackwards'
  | 'lateNextValidId'
  | 'ignoreRequest'
  | 'restart'
> = {
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
  idsBackwards: (scene, { by }) => scene.ledger.moveIdsBack(by),
  lateNextValidId: (scene, { ms, times }) => void scene.scripted.lateFirstIdsMs.push(...Array<number>(times).fill(ms)),
  ignoreRequest: (scene, { request, skip, times }) =>
    void scene.scripted.ignoredRequests.push({ request, skip, times }),
  restart(scene, { downMs, idsBackBy, loseOrders }) {
    scene.ledger.moveIdsBack(idsBackBy);
    for (const order of scene.ledger.loseNewest(loseOrders)) scene.desk.lifecycle.forget(order);
    scene.restart(downMs);
  },
};
