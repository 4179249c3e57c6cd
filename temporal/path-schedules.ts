import { type Client, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import type { ClockSpec } from '../shared/market/clock/market-clock.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { ensureSchedule } from './schedules.js';

export const CAPTURE_SCHEDULE_ID = 'capture-days';
export const JOURNAL_SCHEDULE_ID = 'upload-journal';
export const MONITOR_SCHEDULE_ID = 'monitor-days';
export const PUBLISH_SCHEDULE_ID = 'publish-record';
export const CLICKS_SCHEDULE_ID = 'review-clicks';

type Spec = ScheduleOptions['spec'];

/** Chicago, far from the hours in which clocks change; exchange holidays find nothing to do. */
const timezone = 'America/Chicago';
/** The trade date turns at 17:00: the old one ends, the new one opens. */
const AFTER_THE_CLOSE: Spec = {
  calendars: [
    { comment: 'after the Globex close', dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' }, hour: 17, minute: 10 },
  ],
  timezone,
};
/** On Friday for the weekend, whose alarms belong to Monday. */
const AT_THE_TURN: Spec = {
  calendars: [
    { comment: 'as the trade date turns', dayOfWeek: { start: 'SUNDAY', end: 'FRIDAY' }, hour: 17, minute: 0 },
  ],
  timezone,
};
/** Whatever has come home meanwhile: days close when they close. */
const MONITOR_EVERY_SECONDS = 900;
/** Of a replayed market: one start waits while a date is sent, so the next date follows at once. */
const JOURNALS_EVERY_SECONDS = 5;

/**
 * What brings home by itself: captured days after the close, journals from the turn of the trade date on. A run that fails does not pause
 * them: what lies on the broker must come home, and each start takes up all that is missing.
 */
export async function ensurePathSchedules(client: Client, clock: ClockSpec): Promise<void> {
  const policies = {
    overlap: ScheduleOverlapPolicy.BUFFER_ONE,
    catchupWindow: '1 day',
    pauseOnFailure: false,
  } as const;
  const action = (workflowType: string, workflowId: string, staticSummary: string) => ({
    ...{ type: 'startWorkflow' as const, workflowType, workflowId, taskQueue: TASK_QUEUES.workflows, staticSummary },
    args: [{ requestedBy: 'schedule' }],
  });
  await ensureSchedule(client, CAPTURE_SCHEDULE_ID, {
    spec: clock.kind === 'real' ? AFTER_THE_CLOSE : every(secondsOfAWindow(clock)),
    action: action('captureDays', 'capture/missing', 'captured days into the store'),
    policies,
  });
  await ensureSchedule(client, JOURNAL_SCHEDULE_ID, {
    spec: clock.kind === 'real' ? AT_THE_TURN : every(Math.min(JOURNALS_EVERY_SECONDS, secondsOfAWindow(clock))),
    action: action('uploadJournals', 'journal/current', 'journals of the trade date to research'),
    policies,
  });
  await ensureSchedule(client, MONITOR_SCHEDULE_ID, {
    spec: every(clock.kind === 'real' ? MONITOR_EVERY_SECONDS : secondsOfAWindow(clock)),
    action: action('monitorDays', 'monitor/waiting', 'complete days that nobody has looked at'),
    policies: { ...policies, overlap: ScheduleOverlapPolicy.SKIP },
  });
}

/** A run looks for news until the next one begins; a replayed market is watched by people who wait. */
const PUBLISH_EVERY_SECONDS = { real: 300, replay: 20 } as const;

/** What publishes by itself: one run after the other, and one that fails stops none behind it. */
export async function ensurePublishSchedule(client: Client, clock: ClockSpec): Promise<void> {
  const seconds = PUBLISH_EVERY_SECONDS[clock.kind];
  await ensureSchedule(client, PUBLISH_SCHEDULE_ID, {
    spec: every(seconds),
    action: {
      ...{ type: 'startWorkflow', workflowType: 'publishRecord', workflowId: 'publish/record' },
      ...{ taskQueue: TASK_QUEUES.workflows, staticSummary: 'the signed record to the public page' },
      args: [{ seconds, requestedBy: 'schedule' }],
    },
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '1 minute', pauseOnFailure: false },
  });
  await ensureSchedule(client, CLICKS_SCHEDULE_ID, {
    spec: { calendars: [{ comment: 'once the month has ended', dayOfMonth: 2, hour: 9 }], timezone },
    action: {
      ...{ type: 'startWorkflow', workflowType: 'reviewClicks', workflowId: 'clicks/monthly' },
      ...{ taskQueue: TASK_QUEUES.workflows, staticSummary: 'the clicks of the month that has ended' },
      args: [{ requestedBy: 'schedule' }],
    },
    // A month that nobody has read yet keeps no other from being read.
    policies: { overlap: ScheduleOverlapPolicy.ALLOW_ALL, catchupWindow: '7 days', pauseOnFailure: false },
  });
}

/** A replayed market turns its trade dates at the end of each window that it plays. */
function secondsOfAWindow({
  beforeOpenSeconds,
  afterOpenSeconds,
  speed,
}: Extract<ClockSpec, { kind: 'replay' }>): number {
  return Math.max(1, Math.ceil((beforeOpenSeconds + afterOpenSeconds) / speed));
}

function every(seconds: number): Spec {
  return { intervals: [{ every: `${seconds}s` }] };
}
