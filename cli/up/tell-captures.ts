import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { captureDay } from '../../workflows/index.js';
import { captureText } from '../capture/capture-text.js';

const LOOK_EVERY_MS = 3000;

/** Says each captured day that comes home from now on, in one line, until it is stopped. */
export async function tellCaptures(client: Client, say: (line: string) => void, stop: AbortSignal): Promise<void> {
  const told = new Set<string>();
  const query = `WorkflowType="captureDay" AND ExecutionStatus!="Running" AND CloseTime>"${new Date().toISOString()}"`;
  while (!stop.aborted) {
    await pause(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) return;
    for await (const { workflowId, runId, status } of client.workflow.list({ query })) {
      if (told.has(runId)) continue;
      told.add(runId);
      say(await lineOf(client, workflowId, runId, status.name));
    }
  }
}

async function lineOf(client: Client, workflowId: string, runId: string, status: string): Promise<string> {
  if (status !== 'COMPLETED') return `${workflowId}: ${status.toLowerCase()}; see its page in the Web UI`;
  return captureText(await client.workflow.getHandle<typeof captureDay>(workflowId, runId).result());
}
