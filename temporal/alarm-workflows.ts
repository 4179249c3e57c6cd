import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type Alarm, fingerprintOf } from '../shared/alarm/alarm.js';
import type { CourseSettings } from '../shared/alarm/alarm-course.js';
import { type AlarmInput, alarmId, CLEAR, RAISE } from '../shared/orchestration/alarm/messages.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';

/** A server that hangs is as good as none: then the watcher tells by itself. */
const ANSWER_MS = 5000;

/** What hands alarms to their workflows: one a fingerprint, started by the first signal. */
export function alarmWorkflows(client: () => Promise<Client>, course: CourseSettings) {
  const ask = async <T>(work: (server: Client) => Promise<T>): Promise<T> => {
    const server = await client();
    return await server.withDeadline(Date.now() + ANSWER_MS, () => work(server));
  };
  return {
    async raise(alarm: Alarm, messages: number): Promise<void> {
      const { repeatSeconds, quiet, ...rest } = course;
      const input: AlarmInput = {
        ...{ alarm, messages },
        course: { ...rest, repeatSeconds: { ...repeatSeconds }, quiet: quiet && { ...quiet } },
      };
      await ask((server) =>
        server.workflow.signalWithStart('alarm', {
          workflowId: alarmId(fingerprintOf(alarm)),
          taskQueue: TASK_QUEUES.workflows,
          args: [input],
          signal: RAISE,
          signalArgs: [input],
          staticSummary: `${alarm.name}${alarm.about ? ` (${alarm.about})` : ''} on ${alarm.tier}`.slice(0, 200),
        }),
      );
    },
    async clear(fingerprint: string, at: string): Promise<void> {
      try {
        await ask((server) => server.workflow.getHandle(alarmId(fingerprint)).signal(CLEAR, { at }));
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}
