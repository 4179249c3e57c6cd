import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild } from '@temporalio/workflow';
import { type JournalsInput, type JournalsResult, journalsInput } from '../shared/orchestration/path/messages.js';
import { journalId } from '../shared/orchestration/path/path-ids.js';
import { brokerPath } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';
import { uploadJournal } from './upload-journal.js';

/** Sends the journals of the trade date that the market is at, to its end, under the id of that date. What a schedule starts at the open. */
export async function uploadJournals(input: JournalsInput = {}): Promise<JournalsResult> {
  const request = journalsInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"requestedBy":"your name"}');
  const { requestedBy } = request.data;
  const day = await brokerPath.journalDay({});
  const workflowId = journalId(day);
  const { tradeDate } = day;
  try {
    const { outcome } = await executeChild(uploadJournal, {
      workflowId,
      args: [{ tradeDate, requestedBy }],
      staticSummary: `journals of ${tradeDate} to research`,
    });
    return { workflowId, outcome };
  } catch (failure) {
    // It was started by hand, or by the schedule before: it is on its way.
    if (failure instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, outcome: 'under way' };
    throw failure;
  }
}
