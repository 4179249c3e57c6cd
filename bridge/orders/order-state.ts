import { FINAL_STATES, type FinalState, type SettledOutcome } from '../../shared/contract/order-journal.js';

/**
 * intended: journalled, not known to have left. sent: handed to the socket. working: the gateway has acknowledged it.
 * cancelling: a cancel was asked for or announced. filling: the gateway calls it filled or over, executions are still to
 * come. unknown: the bridge was started anew meanwhile, or the gateway refuses it: only its truth, asked anew, settles that. The
 * last four are final.
 */
export const ORDER_STATES = [
  ...(['intended', 'sent', 'working', 'cancelling', 'filling', 'unknown'] as const),
  ...FINAL_STATES,
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export type OrderEvent =
  | { readonly kind: 'sent' }
  | { readonly kind: 'not-sent' }
  | {
      readonly kind: 'status';
      readonly status: string;
      /** Some status reported more as filled than the executions add up to. */
      readonly executionsMissing: boolean;
      /** All of it was reported as filled: whatever comes later is a repetition. */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'cancel-asked' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'filled-completely' }
  /** Of an order that is over: the executions have reached what was reported as filled. */
  | { readonly kind: 'executions-complete' }
  | { readonly kind: 'fill-undone' }
  | { readonly kind: 'link-lost' }
  | { readonly kind: 'settled'; readonly outcome: SettledOutcome };

export function isFinal(state: OrderState): state is FinalState {
  return (FINAL_STATES as readonly OrderState[]).includes(state);
}

/** May still change the position, as far as we know. */
export function isLive(state: OrderState): boolean {
  return !isFinal(state);
}

/**
 * The state after an event. A final state is left only by executions (which always count) or by the gateway's word that
 * the order is alive after all; repeated and late statuses never take a live state back. No claim that an order is gone
 * is believed while executions are missing, nor any more once the gateway says that it works, and a refusal only once the
 * gateway, asked anew, does not show the order: a refused or cancelled order may come back to life.
 */
export function nextState(state: OrderState, event: OrderEvent): OrderState {
  switch (event.kind) {
    case 'sent':
      return state === 'intended' ? 'sent' : state;
    case 'not-sent':
      return state === 'intended' ? 'not-received' : state;
    case 'status':
      return isFinal(state) ? afterWordOnFinal(state, event) : afterStatus(state, event);
    case 'cancel-asked':
      return state === 'working' || state === 'sent' ? 'cancelling' : state;
    case 'rejected':
      return isFinal(state) || state === 'filling' ? state : 'unknown';
    case 'filled-completely':
      return 'filled';
    case 'executions-complete':
      return state === 'filling' ? 'cancelled' : state;
    case 'fill-undone':
      return state === 'filled' ? 'unknown' : state;
    case 'link-lost':
      return isFinal(state) ? state : 'unknown';
    case 'settled':
      return afterSettling(state, event.outcome);
  }
}

type StatusEvent = Extract<OrderEvent, { kind: 'status' }>;

const ALIVE: ReadonlySet<string> = new Set([
  'ApiPending',
  'PendingSubmit',
  'PreSubmitted',
  'Submitted',
  'PendingCancel',
]);

const WORKING: ReadonlySet<string> = new Set(['PreSubmitted', 'Submitted']);

/** Whether a status says that the order may still fill. */
export function saysAlive(status: string): boolean {
  return ALIVE.has(status);
}

/** Whether a status says that the order is over, but for executions that are still to come. */
export function saysOver(status: string): boolean {
  return status === 'Filled' || status === 'Cancelled' || status === 'ApiCancelled';
}

/** Whether a status says that an order that was over lives again, and not only that it once did. */
export function comesBack(state: OrderState, status: string, isWhole: boolean): boolean {
  if (isFinal(state)) return saysAlive(status);
  return state === 'filling' && WORKING.has(status) && !isWhole;
}

/** A whole fill stays one; anything else that was called gone is taken up again where the gateway knows better. */
function afterWordOnFinal(state: OrderState, event: StatusEvent): OrderState {
  if (state === 'filled') return state;
  if (saysAlive(event.status)) return afterStatus('sent', event);
  return event.executionsMissing ? 'filling' : state;
}

function afterStatus(state: OrderState, { status, executionsMissing, isWhole }: StatusEvent): OrderState {
  switch (status) {
    case 'Filled':
      return 'filling';
    case 'Cancelled':
    case 'ApiCancelled':
      return executionsMissing ? 'filling' : 'cancelled';
    case 'Inactive':
      return state === 'filling' ? state : 'unknown';
    case 'PendingCancel':
      return state === 'filling' ? state : 'cancelling';
    case 'PreSubmitted':
    case 'Submitted':
      if (comesBack(state, status, isWhole)) return 'working';
      return state === 'cancelling' || state === 'filling' ? state : 'working';
    default:
      return state; // PendingSubmit, ApiPending: on its way, as we knew
  }
}

function afterSettling(state: OrderState, outcome: SettledOutcome): OrderState {
  if (state === 'filled') return state;
  // Also after a cancel: it was lost, or comes too late to be seen. Whoever wants the order gone asks once more.
  if (outcome === 'working') return 'working';
  return isFinal(state) ? state : outcome;
}
