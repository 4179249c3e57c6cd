import type { Fault, FaultAction, FaultPhase } from './fault-script.js';

export type FaultEvent = 'onOrder' | 'onFill' | 'onEvent' | 'onConnect';

/** Counts what happens and lets the scripted faults loose at their moments. Every fault strikes once. */
export class FaultDirector {
  readonly #counts: Record<FaultEvent, number> = { onOrder: 0, onFill: 0, onEvent: 0, onConnect: 0 };
  readonly #timers: NodeJS.Timeout[] = [];
  #waiting: Fault[];
  #eventFaults: Fault[];

  constructor(
    script: readonly Fault[],
    private readonly perform: (action: FaultAction) => void,
  ) {
    this.#waiting = script.filter(({ at }) => !('onEvent' in at) && !('afterMs' in at));
    this.#eventFaults = script.filter(({ at }) => 'onEvent' in at);
    for (const { at, action } of script)
      if ('afterMs' in at) this.#timers.push(setTimeout(() => this.perform(action), at.afterMs));
  }

  /** Something begins: it is counted, and its faults of phase `received` strike. */
  begin(event: FaultEvent): void {
    const count = ++this.#counts[event];
    if (event === 'onEvent') this.#strikeEvent(count);
    else this.strike(event, 'received');
  }

  /** The faults of the newest order, fill or connection in a later phase. */
  strike(event: FaultEvent, phase: FaultPhase): void {
    const count = this.#counts[event];
    const due = this.#waiting.filter(({ at }) => isDue(at, event, count, phase));
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((fault) => !due.includes(fault));
    for (const { action } of due) this.perform(action);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Tape events come by the hundred thousand: nothing is done while none is waiting. */
  #strikeEvent(count: number): void {
    if (this.#eventFaults.length === 0) return;
    const due = this.#eventFaults.filter(({ at }) => 'onEvent' in at && at.onEvent === count);
    if (due.length === 0) return;
    this.#eventFaults = this.#eventFaults.filter((fault) => !due.includes(fault));
    for (const { action } of due) this.perform(action);
  }
}

function isDue(at: Fault['at'], event: FaultEvent, count: number, phase: FaultPhase): boolean {
  if (event === 'onConnect') return 'onConnect' in at && at.onConnect === count && phase === 'reported';
  if (event === 'onOrder') return 'onOrder' in at && at.onOrder === count && at.phase === phase;
  return event === 'onFill' && 'onFill' in at && at.onFill === count && at.phase === phase;
}
