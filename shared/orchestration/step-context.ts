/** What a long step says of itself about once a second; shown by the Web UI and `believe ship status`. */
export interface StepProgress {
  readonly doing: string;
  readonly done?: number;
  readonly of?: number;
}

export interface StepContext {
  progress(progress: StepProgress): void;
  /** Aborted when the ship is aborted or the worker shuts down. */
  readonly signal: AbortSignal;
}
