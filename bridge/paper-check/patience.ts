/** How long a rehearsal waits for what, and how often it tries. Wall milliseconds. */
export interface Patience {
  /** For the answer to a request, and for the first word about an order. */
  readonly answerMs: number;
  /** For what may still come when a step seems to be over. */
  readonly settleMs: number;
  /** For a person to do what was asked. */
  readonly personMs: number;
  /** From an order at the touch to its cancel. */
  readonly raceMs: number;
  readonly raceTries: number;
  /** Market orders whose messages are compared; an even number ends flat. */
  readonly fills: number;
  /** For position and orders to be gone at the end. */
  readonly closeMs: number;
  /** The nearest session end that is waited for, and how long after it. */
  readonly sessionEndMs: number;
  readonly afterSessionMs: number;
}

export const USUAL_PATIENCE: Patience = {
  ...{ answerMs: 10_000, settleMs: 2000, personMs: 180_000, closeMs: 60_000 },
  ...{ raceMs: 50, raceTries: 50, fills: 10 },
  ...{ sessionEndMs: 15 * 60_000, afterSessionMs: 120_000 },
};
