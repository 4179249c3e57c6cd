import { fileURLToPath } from 'node:url';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { TASK_QUEUES } from '../../shared/orchestration/ship/task-queues.js';
import { connectClient } from '../../temporal/client.js';
import type { doAsIPlease } from './foreign-workflow.js';

const QUEUE = 'foreign';

/** Somebody with every right on the Temporal server, and none on any machine: a client, and a worker of his own. */
export class Foreigner {
  private runs = 0;

  private constructor(
    readonly client: Client,
    private readonly connection: NativeConnection,
    private readonly worker: Worker,
    private readonly running: Promise<void>,
  ) {}

  static async arrive(address: string): Promise<Foreigner> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const connection = await NativeConnection.connect({ address });
    const worker = await Worker.create({
      connection,
      namespace: 'believe',
      taskQueue: QUEUE,
      workflowsPath: fileURLToPath(new URL('./foreign-workflow.js', import.meta.url)),
    });
    const client = await connectClient({ address, namespace: 'believe' });
    return new Foreigner(client, connection, worker, worker.run());
  }

  async leave(): Promise<void> {
    this.worker.shutdown();
    await this.running;
    await this.connection.close();
    await this.client.connection.close();
  }

  /** Has a step done. @returns its result, or the type of its refusal */
  async have(
    tier: 'research' | 'broker',
    step: string,
    ask: unknown,
  ): Promise<{ done: unknown } | { refused: string }> {
    this.runs++;
    const args: Parameters<typeof doAsIPlease> = [{ queue: TASK_QUEUES[tier], step, ask }];
    try {
      const options = { workflowId: `foreign/${step}-${this.runs}`, taskQueue: QUEUE, args };
      return { done: await this.client.workflow.execute<typeof doAsIPlease>('doAsIPlease', options) };
    } catch (error) {
      const cause = error instanceof WorkflowFailedError ? error.cause : error;
      const inner = cause instanceof ActivityFailure ? cause.cause : cause;
      if (inner instanceof ApplicationFailure) return { refused: inner.type ?? inner.message };
      throw error;
    }
  }

  /** The input and the result of a step of somebody's ship, out of its history. */
  async read(workflowId: string, step: string): Promise<{ ask: unknown; result: unknown }> {
    const { events = [] } = await this.client.workflow.getHandle(workflowId).fetchHistory();
    const scheduled = events!.find((one) => one.activityTaskScheduledEventAttributes?.activityType?.name === step);
    const completed = events!.find((one) =>
      one.activityTaskCompletedEventAttributes?.scheduledEventId?.equals(scheduled!.eventId!),
    );
    const [ask] = scheduled!.activityTaskScheduledEventAttributes!.input!.payloads!;
    const [result] = completed!.activityTaskCompletedEventAttributes!.result!.payloads!;
    return { ask: defaultPayloadConverter.fromPayload(ask!), result: defaultPayloadConverter.fromPayload(result!) };
  }
}
