import type { Step } from './step.js';

/** Whoever sits at the terminal. */
export interface Person {
  /** Before a step that sends orders: what it does, and what it costs at most. */
  allows(step: Step, cost: string): Promise<boolean>;
  /** Shows what to do by hand. Resolves when the person would rather skip it; `over` ends the question. Null: nobody is there. */
  readonly skips: ((instruction: string, over: AbortSignal) => Promise<void>) | null;
  progress(step: Step, text: string): void;
}
