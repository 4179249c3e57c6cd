import { setCurrentDetails } from '@temporalio/workflow';
import { type PublishInput, type PublishResult, publishInput } from '../shared/orchestration/public/messages.js';
import { publicRecord } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';

/**
 * Publishes the signed record: what has come home since the last time becomes entries of the public log, and a snapshot says how
 * things stand. What a schedule starts, for as long as until it starts the next one.
 */
export async function publishRecord(input: PublishInput = {}): Promise<PublishResult> {
  const request = publishInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"seconds":0}');
  const { seconds } = request.data;
  const result = await publicRecord.publishRecord.executeWithOptions(
    { summary: seconds === 0 ? 'what is new, once' : `what is new, for ${seconds} s` },
    [{ seconds }],
  );
  const { entries, size, posts, waits } = result;
  setCurrentDetails(`${entries} entries were added: the log has ${size}. ${posts} posts${waits ? `; ${waits}` : ''}.`);
  return result;
}
