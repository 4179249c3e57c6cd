import { type Client, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import type { ClockSpec } from '../shared/market/clock/market-clock.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { ensureSchedule } from './schedules.js';

export const CAPTURE_SCHEDULE_ID = 'capture-days';
export const JOURNAL_SCHEDULE_ID = 'upload-journal';

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
const AT_THE_OPEN: Spec = {
  calendars: [{ comment: 'at the Globex open', dayOfWeek: { start: 'SUNDAY', end: 'THURSDAY' }, hour: 17, minute: 0 }],
  timezone,
};

/**
 * What brings home by itself: captured days after the close, journals from the open on. A run that fails does not pause
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
    spec: played(clock) ?? AFTER_THE_CLOSE,
    action: action('captureDays', 'capture/missing', 'captured days into the store'),
    policies,
  });
  await ensureSchedule(client, JOURNAL_SCHEDULE_ID, {
    spec: played(clock) ?? AT_THE_OPEN,
    action: action('uploadJournals', 'journal/current', 'journals of the trade date to research'),
    policies,
  });
}

/** A replayed market turns its trade dates at the end of each window that it plays; null for the real one. */
function played(clock: ClockSpec): Spec | null {
  if (clock.kind === 'real') return null;
  const everySeconds = Math.ceil((clock.beforeOpenSeconds + clock.afterOpenSeconds) / clock.speed);
  return { intervals: [{ every: `${Math.max(1, everySeconds)}s` }] };
}
