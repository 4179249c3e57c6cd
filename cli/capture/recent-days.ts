import type { Client } from '@temporalio/client';
import { PATH_ATTRIBUTES } from '../../shared/orchestration/path/search-attributes.js';

export interface CaptureRow {
  readonly workflowId: string;
  readonly tradeDate: string | null;
  /** By the search attribute; null before the run has said so. */
  readonly state: string | null;
  /** By the server. */
  readonly status: string;
  readonly lagSeconds: number | null;
  readonly startTime: string;
}

/** Runs of `captureDay` and `uploadJournal`, newest first. */
export async function recentDays(client: Client, limit: number): Promise<CaptureRow[]> {
  const rows: CaptureRow[] = [];
  const query = 'WorkflowType="captureDay" OR WorkflowType="uploadJournal"';
  for await (const { workflowId, status, startTime, typedSearchAttributes: told } of client.workflow.list({ query })) {
    rows.push({
      ...{ workflowId, status: status.name, startTime: startTime.toISOString() },
      tradeDate: told.get(PATH_ATTRIBUTES.tradeDate) ?? null,
      state: told.get(PATH_ATTRIBUTES.state) ?? null,
      lagSeconds: told.get(PATH_ATTRIBUTES.lagSeconds) ?? null,
    });
    if (rows.length >= limit) break;
  }
  return rows;
}
