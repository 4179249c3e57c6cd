/** When a bridge kills itself: at a step of its work, see kill-at.ts. */
export interface KillPlan {
  readonly step: string;
  /** The how manieth time that the step is reached: 1 for the first. */
  readonly occurrence: number;
  readonly delayMs: number;
}

export interface KillMoment {
  readonly name: string;
  /** Null: at any time, by another process. */
  readonly step: string | null;
  /** A random time up to this passes after the step. */
  readonly delayMsMax: number;
  /** In the middle of the restart after a kill, before anything was reconciled. */
  readonly whileReconciling?: boolean;
}

/** The life of an order, and where a bridge can die in it. Gateways answer late in these tests, so that each one lasts. */
export const KILL_MOMENTS: readonly KillMoment[] = [
  { name: 'half a slot on disk', step: 'half slot line', delayMsMax: 0 },
  { name: 'slot written, disk not waited for', step: 'after slot line', delayMsMax: 0 },
  { name: 'half the intent on disk', step: 'half intent line', delayMsMax: 0 },
  { name: 'intent written, disk not waited for', step: 'after intent line', delayMsMax: 0 },
  { name: 'intent on disk, order not sent', step: 'before order message', delayMsMax: 0 },
  { name: 'order sent, not written down', step: 'after order message', delayMsMax: 0 },
  { name: 'order sent, no answer yet', step: 'after sent line', delayMsMax: 30 },
  { name: 'order acknowledged', step: 'after status line', delayMsMax: 100 },
  { name: 'execution received, not written down', step: 'before fill line in part', delayMsMax: 0 },
  { name: 'half an execution on disk', step: 'half fill line in part', delayMsMax: 0 },
  { name: 'filled in part, commission not told', step: 'after fill line in part', delayMsMax: 30 },
  { name: 'filled in part, commission told', step: 'after commission line', delayMsMax: 30 },
  { name: 'cancel on disk, not sent', step: 'before cancel message', delayMsMax: 0 },
  { name: 'cancel sent, no answer yet', step: 'after cancel message', delayMsMax: 30 },
  { name: 'open orders asked for', step: 'after open orders asked message', delayMsMax: 20, whileReconciling: true },
  { name: 'executions asked for', step: 'after executions asked message', delayMsMax: 10, whileReconciling: true },
  { name: 'any time', step: null, delayMsMax: 250 },
];

/** Mulberry32: the same seed gives the same moments. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many moments, each as often as the others (but for one), in random order. */
export function drawMoments(count: number, random: () => number): KillMoment[] {
  const drawn: KillMoment[] = [];
  while (drawn.length < count) {
    const round = [...KILL_MOMENTS];
    while (round.length > 0 && drawn.length < count)
      drawn.push(...round.splice(Math.floor(random() * round.length), 1));
  }
  return drawn;
}
