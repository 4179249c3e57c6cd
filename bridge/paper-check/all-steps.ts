import { UsageFailure } from '../../shared/failure.js';
import type { Step } from './step.js';
import { accountCurrency, executionsAsked, positions } from './steps/account-answers.js';
import { cancelledByHand, closedByHand, tradedByHand } from './steps/by-hand.js';
import { cancelAgainstFill, cancelOfFinalOrders } from './steps/cancel-race.js';
import { apiCancelled, statesOfAnOrder } from './steps/cancelled-orders.js';
import { CHECKLIST } from './steps/checklist.js';
import { dayOrderAtTheEnd, orderWhileClosed } from './steps/closed-hours.js';
import { cablePulled, competingLogin } from './steps/connection.js';
import { fillMessages } from './steps/fill-messages.js';
import { depthAfterCancel, pricesThatAreNone } from './steps/market-data.js';
import { farPrices, floatDust, sizeTooBig } from './steps/refused-orders.js';

/** Every point of the checklist in docs/simulator.md, in its order. */
export const ALL_STEPS: readonly Step[] = [
  ...[fillMessages, statesOfAnOrder, apiCancelled, cancelAgainstFill, cancelOfFinalOrders],
  ...[floatDust, farPrices, sizeTooBig, orderWhileClosed, dayOrderAtTheEnd],
  ...[cancelledByHand, tradedByHand, closedByHand, positions, executionsAsked],
  ...[cablePulled, competingLogin, depthAfterCancel, pricesThatAreNone, accountCurrency, ...CHECKLIST],
].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

/** The steps named, in the order of the checklist; all where none is. @throws UsageFailure for a name that there is not */
export function stepsNamed(ids: readonly string[]): readonly Step[] {
  const unknown = ids.filter((id) => !ALL_STEPS.some((step) => step.id === id));
  if (unknown.length > 0)
    throw new UsageFailure(`there is no step ${unknown.join(', ')}`, 'see `believe bridge rehearse --list`');
  return ids.length === 0 ? ALL_STEPS : ALL_STEPS.filter(({ id }) => ids.includes(id));
}
