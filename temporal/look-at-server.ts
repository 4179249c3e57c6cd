import type { Client } from '@temporalio/client';
import type { ServerSight } from '../shared/alarm/server-sight.js';
import { SHIP_ATTRIBUTES } from '../shared/orchestration/ship/search-attributes.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';

const WORKFLOW_QUEUE = 1;
const ACTIVITY_QUEUE = 2;

/** @throws where the server does not answer */
export async function lookAtServer(client: Client, nowMs: number, publishes: boolean): Promise<ServerSight> {
  const queues = [
    { queue: TASK_QUEUES.workflows, type: WORKFLOW_QUEUE },
    { queue: TASK_QUEUES.research, type: ACTIVITY_QUEUE },
    { queue: TASK_QUEUES.broker, type: ACTIVITY_QUEUE },
    { queue: TASK_QUEUES.alarms, type: ACTIVITY_QUEUE },
    ...(publishes ? [{ queue: TASK_QUEUES.public, type: ACTIVITY_QUEUE }] : []),
  ];
  const polled = await Promise.all(
    queues.map(async ({ queue, type }) => {
      const { pollers } = await client.workflowService.describeTaskQueue({
        ...{ namespace: client.options.namespace, taskQueue: { name: queue }, taskQueueType: type },
      });
      const times = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
      return { queue, polledMsAgo: times.length === 0 ? null : nowMs - Math.max(...times) };
    }),
  );
  const schedules: ServerSight['schedules'][number][] = [];
  for await (const { scheduleId, state } of client.schedule.list())
    schedules.push({ id: scheduleId, isPaused: state.paused, note: state.note ?? '' });
  return { queues: polled, schedules, ...(await shipsOf(client)) };
}

async function shipsOf(client: Client): Promise<Pick<ServerSight, 'held' | 'lastShip' | 'liveVersion'>> {
  const { stage } = SHIP_ATTRIBUTES;
  const held: ServerSight['held'][number][] = [];
  const waiting = `WorkflowType="shipModel" AND ExecutionStatus="Running" AND ${stage.name}="Held"`;
  for await (const one of client.workflow.list({ query: waiting }))
    held.push({ workflowId: one.workflowId, since: one.startTime.toISOString() });
  const liveVersion = await newestLive(client);
  for await (const one of client.workflow.list({ query: 'WorkflowType="shipModel" AND ExecutionStatus!="Running"' })) {
    const said = one.typedSearchAttributes.get(stage) ?? one.status.name;
    const closedAt = one.closeTime?.toISOString() ?? '';
    return { held, liveVersion, lastShip: { workflowId: one.workflowId, stage: said, closedAt } };
  }
  return { held, liveVersion, lastShip: null };
}

async function newestLive(client: Client): Promise<number | null> {
  const query = `${SHIP_ATTRIBUTES.stage.name}="Live" AND ExecutionStatus="Completed"`;
  for await (const one of client.workflow.list({ query }))
    return one.typedSearchAttributes.get(SHIP_ATTRIBUTES.modelVersion) ?? null;
  return null;
}
