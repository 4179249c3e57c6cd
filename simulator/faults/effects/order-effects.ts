import type { Order } from '../../orders/order.js';
import type { Effects, FaultScene } from '../fault-scene.js';

export const orderEffects: Effects<
  | 'rejectOrder'
  | 'warnOrder'
  | 'inactive'
  | 'holdOrder'
  | 'cancelFillRace'
  | 'refuseCancel'
  | 'cancelOrder'
  | 'reappear'
  | 'priceBand'
  | 'omitOpenOrder'
  | 'expireDayOrders'
> = {
  rejectOrder: (scene, action) => ordain(scene.desk.ordained.rejections, action),
  warnOrder: (scene, action) => ordain(scene.desk.ordained.warnings, action),
  inactive: (scene, action) => ordain(scene.desk.ordained.suspensions, action),
  holdOrder: (scene, { ms, cancelsWait, times }) => ordain(scene.desk.ordained.holds, { ms, cancelsWait, times }),
  cancelFillRace: (scene, action) => ordain(scene.desk.ordained.cancelRaces, action),
  refuseCancel: (scene, action) => ordain(scene.desk.ordained.cancelRefusals, action),
  cancelOrder(scene, { text }) {
    const newest = scene.ledger.live().at(-1);
    if (newest) scene.desk.cancelUnasked(newest, text);
  },
  reappear(scene, { ms }) {
    const chosen = newestGone(scene);
    scene.later(ms, () => {
      // What was chosen may have been filled meanwhile, or be open again already.
      const gone = chosen && isGone(scene, chosen) ? chosen : newestGone(scene);
      if (gone) scene.desk.lifecycle.step(() => scene.desk.lifecycle.reopen(gone));
    });
  },
  priceBand(scene, { ticks, code, status }) {
    scene.desk.ordained.priceBand = ticks === undefined ? undefined : { ticks, code, status };
  },
  omitOpenOrder(scene, { times }) {
    scene.desk.ordained.omittedOpenOrders += times;
  },
  expireDayOrders: (scene, { told }) => scene.desk.expireDayOrders(told),
};

/** As often as the action says. */
function ordain<Entry>(list: Entry[], { times, ...entry }: Entry & { readonly times: number }): void {
  for (let i = 0; i < times; i++) list.push(entry as unknown as Entry);
}

/** The newest order that clients take for over, though something of it is left. */
function newestGone({ ledger }: FaultScene): Order | undefined {
  return ordersGone(ledger)
    .sort((a, b) => a.arrival - b.arrival)
    .at(-1);
}

function isGone({ ledger }: FaultScene, order: Order): boolean {
  return ordersGone(ledger).includes(order);
}

function ordersGone(ledger: FaultScene['ledger']): Order[] {
  return [...ledger.completed(), ...ledger.lost].filter(({ filled, quantity }) => filled < quantity);
}
