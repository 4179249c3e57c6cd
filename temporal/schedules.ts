import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { TASK_QUEUES } from '../shared/ship/task-queues.js';

export const NIGHTLY_SCHEDULE_ID = 'nightly-retrain';

export interface NightlyTime {
  readonly hour: number;
  readonly minute: number;
  /** IANA zone. The hour is outside 01:00-03:00, so that no night is skipped or doubled when clocks change. */
  readonly timeZone: string;
}

/** Makes the nightly retrain schedule, or brings an existing one to this time; a pause set by an operator stays. */
export async function ensureNightlySchedule(client: Client, { hour, minute, timeZone }: NightlyTime): Promise<void> {
  const definition = {
    spec: {
      calendars: [
        {
          comment: 'every weekday night, after the close',
          dayOfWeek: { start: 'MONDAY' as const, end: 'FRIDAY' as const },
          hour,
          minute,
        },
      ],
      timezone: timeZone,
    },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'shipModel',
      workflowId: 'ship/nightly',
      taskQueue: TASK_QUEUES.workflows,
      args: [{ requestedBy: 'nightly schedule' }],
      staticSummary: 'nightly retrain',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '6h', pauseOnFailure: true },
  };
  try {
    await client.schedule.create({ scheduleId: NIGHTLY_SCHEDULE_ID, ...definition });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(NIGHTLY_SCHEDULE_ID).update((existing) => ({ ...existing, ...definition }));
  }
}
