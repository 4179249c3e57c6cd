/** What the server says of workers, schedules and ships. */
export interface ServerSight {
  /** Task queues, and how long ago a worker last asked for work, ms; null where none did within minutes. */
  readonly queues: readonly { readonly queue: string; readonly polledMsAgo: number | null }[];
  readonly schedules: readonly { readonly id: string; readonly isPaused: boolean; readonly note: string }[];
  /** Ships that wait for a decision. */
  readonly held: readonly { readonly workflowId: string; readonly since: string }[];
  /** The newest ship that has ended. */
  /** Version of the newest ship that went live; null before the first. */
  readonly liveVersion: number | null;
  readonly lastShip: { readonly workflowId: string; readonly stage: string; readonly closedAt: string } | null;
}
