/** One queue a tier: which process may take which step is decided here. */
export const TASK_QUEUES = {
  workflows: 'believe-workflows',
  research: 'believe-research',
  /** Of every research host that scores folds of a ship, where they are shared. */
  folds: 'believe-folds',
  broker: 'believe-broker',
  /** Of the process that tells alarms. */
  alarms: 'believe-alarms',
  /** Of the publisher: it holds the state key and no other. */
  public: 'believe-public',
} as const;
