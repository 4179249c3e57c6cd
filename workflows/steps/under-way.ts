import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';

/** The outcome of a run of its own; 'under way' where somebody has started it by hand. @throws ChildWorkflowFailure */
export async function orUnderWay(run: () => Promise<{ readonly outcome: string }>): Promise<string> {
  try {
    return (await run()).outcome;
  } catch (failure) {
    if (failure instanceof WorkflowExecutionAlreadyStartedError) return 'under way';
    throw failure;
  }
}
