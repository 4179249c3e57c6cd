/**
 * ms by which lines are written behind the order that may have left in the same turn of the event loop: whoever is to get its bytes
 * gets the processor first.
 */
export const BEHIND_MS = 1;

/** What a reader of the bytes takes for them. Windows sleeps whole ms only: there this time passes, and nothing is given away. */
const GIVEN_MS = 0.15;
const untouched = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Right after an order: whoever is to get its bytes gets this processor, where there is no other. */
export function giveWay(): void {
  Atomics.wait(untouched, 0, 0, GIVEN_MS);
}
