import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Config } from '../shared/config/config.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';

export const NIGHTLY_SCHEDULE_ID = 'nightly-retrain';

/** Makes the nightly retrain schedule, or brings an existing one to this time; a pause set by an operator stays. */
export async function ensureNightlySchedule(client: Client, schedule: Config['schedule']): Promise<void> {
  const { hour, minute, daysOfWeek, timeZone, catchupWindowMinutes } = schedule;
  const definition = {
    spec: {
      calendars: [
        {
          comment: 'after the close; exchange holidays are left out by the workflow',
          dayOfWeek: [...daysOfWeek],
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
      args: [{ requestedBy: 'nightly schedule', skipHolidays: true }],
      staticSummary: 'nightly retrain',
    },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: `${catchupWindowMinutes} minutes`,
      pauseOnFailure: true,
    },
  };
  await ensureSchedule(client, NIGHTLY_SCHEDULE_ID, definition);
}

/** An existing one is brought to this definition. */
export async function ensureSchedule(
  client: Client,
  scheduleId: string,
  definition: Omit<ScheduleOptions, 'scheduleId'>,
): Promise<void> {
  try {
    await client.schedule.create({ scheduleId, ...definition });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule
      .getHandle(scheduleId)
      .update((existing) => ({ ...existing, ...definition }) as typeof existing);
  }
}

/** Those that an earlier start has made, and that the settings want no more. */
export async function dropSchedules(client: Client, scheduleIds: readonly string[]): Promise<void> {
  for (const scheduleId of scheduleIds) {
    try {
      await client.schedule.getHandle(scheduleId).delete();
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
}
