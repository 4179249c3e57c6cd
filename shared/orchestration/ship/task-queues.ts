/** One queue a tier: which process may take which step is decided here. */
export const TASK_QUEUES = {
  workflows: 'believe-workflows',
  research: 'believe-research',
  broker: 'believe-broker',
  /** Of the process that tells alarms. */
  alarms: 'believe-alarms',
} as const;
