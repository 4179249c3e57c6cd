/**
 * ms by which lines are written behind the order that may have left in the same turn of the event loop: whoever is to get its bytes
 * gets the processor first.
 */
export const BEHIND_MS = 1;
