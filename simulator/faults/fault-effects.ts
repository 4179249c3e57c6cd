import type { Session } from '../session.js';
import { connectionEffects } from './effects/connection-effects.js';
import { dataEffects } from './effects/data-effects.js';
import { handEffects } from './effects/hand-effects.js';
import { orderEffects } from './effects/order-effects.js';
import { reportEffects } from './effects/report-effects.js';
import { transportEffects } from './effects/transport-effects.js';
import { type Effects, type FaultScene, sessionsOf } from './fault-scene.js';
import type { FaultAction } from './fault-script.js';

const EFFECTS: Effects<FaultAction['do']> = {
  ...transportEffects,
  ...connectionEffects,
  ...reportEffects,
  ...orderEffects,
  ...handEffects,
  ...dataEffects,
};

/** Lets one thing go wrong. */
export function performFault(scene: FaultScene, action: FaultAction): void {
  scene.log.warn({ fault: action }, 'fault');
  const struck = sessionsOf(scene, 'clientId' in action ? action.clientId : undefined);
  const effect = EFFECTS[action.do] as (scene: FaultScene, action: FaultAction, struck: readonly Session[]) => void;
  effect(scene, action, struck);
}
