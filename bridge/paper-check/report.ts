import type { Left } from './paper-desk.js';
import type { Observation, Step } from './step.js';

/** `no counterpart`: the simulator does it only where a script says so. */
export type Verdict = 'same' | 'different' | 'not seen' | 'no counterpart';

export interface StepReport {
  readonly id: string;
  readonly title: string;
  /** The worst of its observations. */
  readonly verdict: Verdict;
  readonly observations: readonly (Observation & { readonly verdict: Verdict })[];
  /** Why nothing, or not all, was seen. */
  readonly why: string | null;
}

/** What a rehearsal found, and what it left behind. */
export interface RehearsalReport {
  readonly startedAt: string;
  readonly gateway: string;
  readonly serverVersion: number;
  readonly instrument: string;
  readonly steps: readonly StepReport[];
  /** It did not come to its end: asked to stop, or the connection was lost. */
  readonly interrupted: string | null;
  readonly isFlat: boolean;
  readonly left: Left;
  /** JSON lines: every message with its time. */
  readonly recording: string;
  /** Why messages are missing there; null where none is. */
  readonly recordingProblem: string | null;
}

const WORST_FIRST: readonly Verdict[] = ['different', 'not seen', 'same', 'no counterpart'];

export function verdictOf({ observed, simulator }: Observation): Verdict {
  if (observed === null) return 'not seen';
  if (simulator === null) return 'no counterpart';
  return observed === simulator ? 'same' : 'different';
}

export function stepReport({ id, title }: Step, observations: readonly Observation[], why: string | null): StepReport {
  const judged = observations.map((observation) => ({ ...observation, verdict: verdictOf(observation) }));
  const verdict = WORST_FIRST.find((one) => judged.some((observation) => observation.verdict === one)) ?? 'not seen';
  return { id, title, verdict, observations: judged, why };
}
