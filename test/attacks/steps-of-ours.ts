import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';

/** A workflow of somebody who holds Temporal: it schedules any step of any tier with any argument, and tells the answer. */
export async function foreignWorkflow(steps: { queue: string; step: string; ask: unknown }[]): Promise<string[]> {
  const answers: string[] = [];
  for (const { queue, step, ask } of steps) {
    const activities = proxyActivities<Record<string, (ask: unknown) => Promise<unknown>>>({
      ...{ taskQueue: queue, startToCloseTimeout: '20s', retry: { maximumAttempts: 1 } },
    });
    answers.push(await activities[step]!(ask).then((value) => `ACCEPTED ${JSON.stringify(value)}`, whole));
  }
  return answers;
}

function whole(failure: unknown): string {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  const details = cause instanceof ApplicationFailure ? JSON.stringify(cause.details) : '';
  return `${cause instanceof Error ? cause.message : String(cause)} ${details} ${(cause as Error).stack ?? ''}`;
}
