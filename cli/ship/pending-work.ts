import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/** What the steps under way say of themselves, and why a step is being tried again; one line. */
export async function pendingWork(client: WorkflowClient, { raw }: WorkflowExecutionDescription): Promise<string> {
  const steps = (raw.pendingActivities ?? []).map(async ({ heartbeatDetails, lastFailure, attempt, activityType }) => {
    const said = progressText(await shownValue(client, heartbeatDetails?.payloads?.[0]));
    const encoded = await shownValue(client, lastFailure?.encodedAttributes);
    const failure = (encoded as { message?: string } | null)?.message ?? lastFailure?.message;
    const again = (attempt ?? 1) > 1 && failure ? ` (attempt ${attempt}: ${failure})` : '';
    return `${said ?? activityType?.name ?? 'a step'}${again}`;
  });
  const lines = await Promise.all(steps);
  const shown = lines.slice(0, 2).join(' | ');
  return lines.length > 2 ? `${shown} | and ${lines.length - 2} more` : shown;
}

/** As the client reads its own results; null where there is none, or its key is not here: this is only for show. */
async function shownValue(client: WorkflowClient, payload: Payload | null | undefined): Promise<unknown> {
  if (!payload) return null;
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  try {
    let payloads = [payload];
    for (const codec of [...payloadCodecs].reverse()) payloads = await codec.decode(payloads);
    return payloadConverter.fromPayload(payloads[0]!);
  } catch {
    return null;
  }
}

function progressText(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('doing' in value)) return null;
  const { doing, done, of } = value as { doing: string; done?: number; of?: number };
  return done !== undefined && of !== undefined && of > 0 ? `${doing} ${Math.round((100 * done) / of)} %` : doing;
}
