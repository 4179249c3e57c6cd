import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { CertificateRole } from '../../certificates/roles.js';

type Calls = Client['workflowService'];
export type Asking = Exclude<CertificateRole, 'server'>;

/** Something that somebody may want of the server, and who may. */
export interface Attempt {
  readonly what: string;
  readonly may: readonly Asking[];
  /** Were it let where it should not be, something would stay: a schedule, work that is taken, no namespace. Only tests make it. */
  readonly leaves?: true;
  readonly ask: (calls: Calls, client: Client) => Promise<unknown>;
}

const namespace = 'believe';
const all: readonly Asking[] = ['operator', 'orchestrator', 'research', 'broker', 'watcher', 'reader'];
const people = ['operator', 'reader'] as const;
const workers = ['orchestrator', 'research', 'broker'] as const;
const run = { workflowId: 'ship/none', runId: '' };
const queue = (name: string) => ({ name, kind: 1 });
const start = (taskQueue = 'believe-workflows') => ({
  ...{ namespace, workflowId: `ship/${randomUUID()}`, requestId: randomUUID() },
  ...{
    workflowType: { name: 'nothing' },
    taskQueue: queue(taskQueue),
    workflowExecutionTimeout: { seconds: 2 as never },
  },
});
const poll = (taskQueue: object) => ({ namespace, taskQueue, identity: 'attempt' });
const step = { namespace, workflowId: 'ship/none', activityId: '1', identity: 'attempt' };

/** Everything of the product's day, and what an attacker would try, each by every role: over gRPC against the real server. */
export const ATTEMPTS: readonly Attempt[] = [
  // Needed.
  { what: 'connect', may: all, ask: (calls) => calls.getSystemInfo({}) },
  { what: 'describe the namespace', may: all, ask: (calls) => calls.describeNamespace({ namespace }) },
  {
    what: 'list ships',
    may: [...people, 'research', 'watcher'],
    ask: (calls) => calls.listWorkflowExecutions({ namespace }),
  },
  {
    what: 'describe a ship',
    may: [...people, 'research'],
    ask: (calls) => calls.describeWorkflowExecution({ namespace, execution: run }),
  },
  {
    what: 'read a history',
    may: [...people, 'orchestrator'],
    ask: (calls) => calls.getWorkflowExecutionHistory({ namespace, execution: run }),
  },
  {
    what: 'look at a queue',
    may: [...people, 'watcher'],
    ask: (calls) => calls.describeTaskQueue({ namespace, taskQueue: queue('believe-broker') }),
  },
  { what: 'list schedules', may: [...people, 'watcher'], ask: (calls) => calls.listSchedules({ namespace }) },
  {
    what: 'query a ship',
    may: people,
    ask: (calls) => calls.queryWorkflow({ namespace, execution: run, query: { queryType: 'stage' } }),
  },
  {
    what: 'list search attributes',
    may: people,
    ask: (_, client) => client.connection.operatorService.listSearchAttributes({ namespace }),
  },
  // Deciding, starting, cancelling.
  { what: 'start a workflow', may: ['operator'], ask: (calls) => calls.startWorkflowExecution(start()) },
  {
    what: 'start one on the queue of steps of the broker',
    may: [],
    ask: (calls) => calls.startWorkflowExecution(start('believe-broker')),
  },
  {
    what: "start one on the queue of the server's own workers",
    may: [],
    ask: (calls) => calls.startWorkflowExecution(start('temporal-sys-per-ns-tq')),
  },
  {
    what: 'signal a ship',
    may: ['operator'],
    ask: (calls) => calls.signalWorkflowExecution({ namespace, workflowExecution: run, signalName: 'decide' }),
  },
  {
    what: 'start a ship by a signal',
    may: ['operator'],
    ask: (calls) => calls.signalWithStartWorkflowExecution({ ...start(), signalName: 'decide' }),
  },
  {
    what: 'raise an alarm',
    may: ['operator', 'watcher'],
    leaves: true,
    ask: (calls) =>
      calls.signalWithStartWorkflowExecution({
        ...{ ...start(), workflowId: `alarm/${randomUUID()}`, workflowType: { name: 'alarm' } },
        signalName: 'raise',
      }),
  },
  {
    what: 'clear an alarm',
    may: ['operator', 'watcher'],
    ask: (calls) =>
      calls.signalWorkflowExecution({ namespace, workflowExecution: { workflowId: 'alarm/x' }, signalName: 'clear' }),
  },
  {
    what: 'answer an alarm',
    may: ['operator', 'watcher'],
    ask: (calls) =>
      calls.updateWorkflowExecution({
        ...{ namespace, workflowExecution: { workflowId: 'alarm/x' }, waitPolicy: { lifecycleStage: 2 } },
        request: { meta: { updateId: randomUUID() }, input: { name: 'acknowledge' } },
      }),
  },
  {
    what: 'decide by an update',
    may: ['operator'],
    ask: (calls) =>
      calls.updateWorkflowExecution({
        ...{ namespace, workflowExecution: run, waitPolicy: { lifecycleStage: 2 } },
        request: { meta: { updateId: randomUUID() }, input: { name: 'decide' } },
      }),
  },
  {
    what: 'update with start',
    may: [],
    ask: (calls) => calls.executeMultiOperation({ namespace, operations: [{ startWorkflow: start() }] }),
  },
  {
    what: 'cancel a ship',
    may: ['operator'],
    ask: (calls) => calls.requestCancelWorkflowExecution({ namespace, workflowExecution: run }),
  },
  {
    what: 'terminate a ship',
    may: ['operator'],
    ask: (calls) => calls.terminateWorkflowExecution({ namespace, workflowExecution: run }),
  },
  {
    what: 'reset a ship',
    may: ['operator'],
    ask: (calls) => calls.resetWorkflowExecution({ namespace, workflowExecution: { ...run, runId: randomUUID() } }),
  },
  {
    what: 'delete a ship',
    may: [],
    ask: (calls) => calls.deleteWorkflowExecution({ namespace, workflowExecution: run }),
  },
  {
    what: 'pause a schedule',
    may: ['operator'],
    ask: (calls) => calls.patchSchedule({ namespace, scheduleId: 'none', patch: {} }),
  },
  {
    what: 'delete a schedule',
    may: ['operator'],
    ask: (calls) => calls.deleteSchedule({ namespace, scheduleId: 'none' }),
  },
  {
    what: 'schedule something',
    may: ['operator'],
    leaves: true,
    ask: (calls) =>
      calls.createSchedule({
        ...{ namespace, scheduleId: randomUUID(), requestId: randomUUID() },
        schedule: { spec: {}, action: { startWorkflow: start() }, state: { paused: true } },
      }),
  },
  {
    what: 'let new ships start on another build',
    may: ['operator'],
    ask: (calls) => calls.setWorkerDeploymentCurrentVersion({ namespace, deploymentName: 'none', buildId: 'x' }),
  },
  {
    what: 'terminate many at once',
    may: [],
    ask: (calls) =>
      calls.startBatchOperation({
        ...{ namespace, jobId: randomUUID(), reason: 'attempt', visibilityQuery: 'WorkflowType="none"' },
        terminationOperation: {},
      }),
  },
  { what: 'pause a step', may: [], ask: (calls) => calls.pauseActivity({ namespace, execution: run, id: '1' }) },
  {
    what: 'move a step to another queue',
    may: [],
    ask: (calls) => calls.updateActivityOptions({ namespace, execution: run, id: '1' }),
  },
  // Work.
  ...(['believe-research', 'believe-alarms', 'believe-public'] as const).map((name) => ({
    what: `take steps of ${name}`,
    may: ['research'] as const,
    leaves: true as const,
    ask: (calls: Calls) => calls.pollActivityTaskQueue(poll(queue(name))),
  })),
  {
    what: 'take steps of believe-broker',
    may: ['broker'],
    leaves: true,
    ask: (calls) => calls.pollActivityTaskQueue(poll(queue('believe-broker'))),
  },
  {
    what: 'take steps of a queue that is nobody’s',
    may: [],
    ask: (calls) => calls.pollActivityTaskQueue(poll(queue('believe-nobody'))),
  },
  {
    what: 'take steps of a partition of believe-broker',
    may: [],
    leaves: true,
    ask: (calls) => calls.pollActivityTaskQueue(poll(queue('/_sys/believe-broker/1'))),
  },
  {
    what: "take steps of the server's own workers",
    may: [],
    leaves: true,
    ask: (calls) => calls.pollActivityTaskQueue(poll(queue('temporal-sys-per-ns-tq'))),
  },
  {
    what: 'take workflow tasks',
    may: ['orchestrator'],
    leaves: true,
    ask: (calls) => calls.pollWorkflowTaskQueue(poll(queue('believe-workflows'))),
  },
  {
    what: 'take workflow tasks of a sticky queue',
    may: ['orchestrator'],
    leaves: true,
    ask: (calls) => calls.pollWorkflowTaskQueue(poll({ name: 'x', kind: 2, normalName: 'believe-workflows' })),
  },
  { what: 'take Nexus tasks', may: [], ask: (calls) => calls.pollNexusTaskQueue(poll(queue('believe-broker'))) },
  {
    what: 'complete a workflow task',
    may: ['orchestrator'],
    ask: (calls) => calls.respondWorkflowTaskCompleted({ namespace, taskToken: Buffer.from('x') }),
  },
  {
    what: 'answer a query',
    may: ['orchestrator'],
    ask: (calls) => calls.respondQueryTaskCompleted({ namespace, taskToken: Buffer.from('x') }),
  },
  { what: 'complete a step by its id', may: [], ask: (calls) => calls.respondActivityTaskCompletedById(step) },
  { what: 'fail a step by its id', may: [], ask: (calls) => calls.respondActivityTaskFailedById(step) },
  { what: 'end work', may: workers, ask: (calls) => calls.shutdownWorker({ namespace, identity: 'attempt' }) },
  // Of the server.
  {
    what: 'register a namespace',
    may: [],
    leaves: true,
    ask: (calls) => calls.registerNamespace({ namespace: `x${randomUUID()}` }),
  },
  { what: 'change the namespace', may: [], ask: (calls) => calls.updateNamespace({ namespace }) },
  {
    what: 'add a search attribute',
    may: [],
    leaves: true,
    ask: (_, client) =>
      client.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { X: 2 } }),
  },
  {
    what: 'delete the namespace',
    may: [],
    leaves: true,
    ask: (_, client) => client.connection.operatorService.deleteNamespace({ namespace }),
  },
  {
    what: 'make a Nexus endpoint',
    may: [],
    leaves: true,
    ask: (_, client) => client.connection.operatorService.createNexusEndpoint({ spec: { name: 'x' } }),
  },
  {
    what: "describe the server's own namespace",
    may: [],
    ask: (calls) => calls.describeNamespace({ namespace: 'temporal-system' }),
  },
  {
    what: "read histories of the server's own namespace",
    may: [],
    ask: (calls) => calls.listWorkflowExecutions({ namespace: 'temporal-system' }),
  },
];
