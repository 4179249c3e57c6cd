import { proxyActivities } from '@temporalio/workflow';

export interface ForeignStep {
  readonly queue: string;
  readonly step: string;
  readonly ask: unknown;
}

/** Schedules any step of any tier with any arguments: all that Temporal itself lets its clients do. */
export async function doAsIPlease({ queue, step, ask }: ForeignStep): Promise<unknown> {
  const steps = proxyActivities<Record<string, (ask: unknown) => Promise<unknown>>>({
    taskQueue: queue,
    startToCloseTimeout: '1m',
    retry: { maximumAttempts: 1 },
  });
  return await steps[step]!(ask);
}
