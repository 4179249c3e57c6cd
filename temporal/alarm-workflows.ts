import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type Alarm, fingerprintOf } from '../shared/alarm/alarm.js';
import type { CourseSettings } from '../shared/alarm/alarm-course.js';
import { type AlarmInput, alarmId, CLEAR, RAISE } from '../shared/orchestration/alarm/messages.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';

/** What hands alarms to their workflows: one a fingerprint, started by the first signal. */
export function alarmWorkflows(client: () => Promise<Client>, course: CourseSettings) {
  return {
    async raise(alarm: Alarm, messages: number): Promise<void> {
      const { repeatSeconds, quiet, ...rest } = course;
      const input: AlarmInput = {
        ...{ alarm, messages },
        course: { ...rest, repeatSeconds: { ...repeatSeconds }, quiet: quiet && { ...quiet } },
      };
      await (await client()).workflow.signalWithStart('alarm', {
        workflowId: alarmId(fingerprintOf(alarm)),
        taskQueue: TASK_QUEUES.workflows,
        args: [input],
        signal: RAISE,
        signalArgs: [input],
        staticSummary: `${alarm.name}${alarm.about ? ` (${alarm.about})` : ''} on ${alarm.tier}`.slice(0, 200),
      });
    },
    async clear(fingerprint: string, at: string): Promise<void> {
      try {
        await (await client()).workflow.getHandle(alarmId(fingerprint)).signal(CLEAR, { at });
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}
