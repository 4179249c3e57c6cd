import { type Client, WorkflowFailedError } from '@temporalio/client';
import { Failure } from '../shared/failure.js';
import type { FailureType } from '../shared/failure-types.js';
import { loadHomeConfig } from '../shared/node/config/home-config.js';
import { connectClient } from '../temporal/client.js';
import { serverAddress } from '../temporal/server-address.js';
import { printResult, say } from './output.js';
import { webUiLink } from './ship/web-ui-link.js';

/** What every command that starts a workflow and waits for it is told. */
export interface WorkflowFlags {
  readonly home?: string;
  readonly config?: string;
  readonly id?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** One kind of workflow, as its command starts and prints it. */
export interface WorkflowCommand<Result extends object> {
  /** First part of the workflow id. */
  readonly kind: string;
  readonly failure: FailureType;
  readonly start: (client: Client, workflowId: string) => Promise<{ result(): Promise<Result> }>;
  readonly text: (result: Result) => string;
}

/** Starts a workflow, and with --detach leaves it; else waits and prints its result. @throws Failure with the innermost cause */
export async function runWorkflow<Result extends object>(
  flags: WorkflowFlags,
  { kind, failure, start, text }: WorkflowCommand<Result>,
): Promise<void> {
  const config = loadHomeConfig({ home: flags.home, file: flags.config });
  const client = await connectClient(serverAddress(config));
  try {
    const workflowId = flags.id ?? `${kind}/${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
    const handle = await start(client, workflowId);
    const webUi = webUiLink(config, workflowId);
    if (flags.detach) {
      printResult(flags.json === true, { workflowId, webUi }, `${workflowId} started: ${webUi}`);
      return;
    }
    say(`${workflowId}: ${webUi}`);
    const result = await handle.result().catch((error: unknown) => {
      throw error instanceof WorkflowFailedError ? failureOf(error, failure) : error;
    });
    printResult(flags.json === true, { workflowId, ...result }, text(result));
  } finally {
    await client.connection.close();
  }
}

/** The innermost cause says what is wrong. */
function failureOf(error: Error, type: FailureType): Failure {
  let cause: Error = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  return new Failure(type, cause.message, 'see its page in the Web UI');
}
