import type { SettledOutcome } from './journal-line.js';

/**
 * intended: journalled, not known to have left. sent: handed to the socket. working: the gateway has acknowledged it.
 * cancelling: a cancel was asked for. filling: the gateway calls it filled, the executions are still to come.
 * unknown: the link was lost meanwhile; only reconciliation may settle it. The last four are final.
 */
export const ORDER_STATES = [
  'intended',
  'sent',
  'working',
  'cancelling',
  'filling',
  'unknown',
  'filled',
  'cancelled',
  'rejected',
  'not-received',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export type OrderEvent =
  | { readonly kind: 'sent' }
  | { readonly kind: 'not-sent' }
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'cancel-asked' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'filled-completely' }
  | { readonly kind: 'fill-undone' }
  | { readonly kind: 'link-lost' }
  | { readonly kind: 'settled'; readonly outcome: SettledOutcome };

export function isFinal(state: OrderState): boolean {
  return state === 'filled' || state === 'cancelled' || state === 'rejected' || state === 'not-received';
}

/** May still change the position, as far as we know. */
export function isLive(state: OrderState): boolean {
  return !isFinal(state);
}

/**
 * The state after an event. A final state is left only by executions (which always count) or by the gateway showing
 * the order alive after all; statuses that are repeated, late or out of order never take a state back.
 */
export function nextState(state: OrderState, event: OrderEvent): OrderState {
  switch (event.kind) {
    case 'sent':
      return state === 'intended' ? 'sent' : state;
    case 'not-sent':
      return state === 'intended' ? 'not-received' : state;
    case 'status':
      return afterStatus(state, event.status);
    case 'cancel-asked':
      return state === 'working' || state === 'sent' ? 'cancelling' : state;
    case 'rejected':
      return isFinal(state) ? state : 'rejected';
    case 'filled-completely':
      return 'filled';
    case 'fill-undone':
      return state === 'filled' ? 'unknown' : state;
    case 'link-lost':
      return isFinal(state) ? state : 'unknown';
    case 'settled':
      return afterSettling(state, event.outcome);
  }
}

function afterStatus(state: OrderState, status: string): OrderState {
  if (isFinal(state)) return state;
  switch (status) {
    case 'Filled':
      return 'filling';
    case 'Cancelled':
    case 'ApiCancelled':
      return 'cancelled';
    case 'Inactive':
      return 'rejected';
    case 'PendingCancel':
      return state === 'filling' ? state : 'cancelling';
    case 'PreSubmitted':
    case 'Submitted':
      return state === 'cancelling' || state === 'filling' ? state : 'working';
    default:
      return state; // PendingSubmit, ApiPending: on its way, as we knew
  }
}

function afterSettling(state: OrderState, outcome: SettledOutcome): OrderState {
  if (state === 'filled') return state;
  switch (outcome) {
    // Also after a cancel: it was lost, or comes too late to be seen. Whoever wants the order gone asks once more.
    case 'working':
      return 'working';
    case 'cancelled':
      return isFinal(state) ? state : 'cancelled';
    case 'not-received':
      return isFinal(state) ? state : 'not-received';
  }
}
