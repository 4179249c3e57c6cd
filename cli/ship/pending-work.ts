import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

/** What the steps under way say of themselves, and why a step is being tried again; one line. */
export function pendingWork({ raw }: WorkflowExecutionDescription): string {
  const lines = (raw.pendingActivities ?? []).map((activity) => {
    const payload = activity.heartbeatDetails?.payloads?.[0];
    const said = payload ? progressText(defaultPayloadConverter.fromPayload(payload)) : null;
    const failure = activity.lastFailure?.message;
    const attempt = activity.attempt ?? 1;
    const again = attempt > 1 && failure ? ` (attempt ${attempt}: ${failure})` : '';
    return `${said ?? activity.activityType?.name ?? 'a step'}${again}`;
  });
  const shown = lines.slice(0, 2).join(' | ');
  return lines.length > 2 ? `${shown} | and ${lines.length - 2} more` : shown;
}

function progressText(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('doing' in value)) return null;
  const { doing, done, of } = value as { doing: string; done?: number; of?: number };
  return done !== undefined && of !== undefined && of > 0 ? `${doing} ${Math.round((100 * done) / of)} %` : doing;
}
