import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import {
  type ClicksReviewed,
  clicksReviewed,
  MARK_REVIEWED,
  monthBefore,
  REVIEWED_MONTH,
  type ReviewClicksInput,
  type ReviewClicksResult,
  reviewClicksInput,
} from '../shared/orchestration/public/clicks-messages.js';
import { people, publicRecord } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';

/** Somebody has read the report. An update answers; the signal is for tctl. */
export const markReviewedUpdate = defineUpdate<string, [ClicksReviewed]>(MARK_REVIEWED);
export const markReviewedSignal = defineSignal<[ClicksReviewed]>(MARK_REVIEWED);

export const monthQuery = defineQuery<string>(REVIEWED_MONTH);

/** A month's clicks, read, compared and reported; then it waits until somebody has read the report, and reminds each week. */
export async function reviewClicks(input: ReviewClicksInput = {}): Promise<ReviewClicksResult> {
  const request = reviewClicksInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"month":"2026-11"}');
  const month = request.data.month ?? monthBefore(Date.now());
  setHandler(monthQuery, () => month, { description: 'Which month it is about' });
  let reviewed: ReturnType<typeof clicksReviewed.parse> | null = null;
  let isWritten = false;
  setHandler(
    markReviewedUpdate,
    (answer) => {
      reviewed = clicksReviewed.parse(answer);
      return `${month}: reviewed by ${reviewed.by}`;
    },
    {
      validator: (answer) => {
        if (!isWritten) throw new Error('there is no report yet');
        if (reviewed) throw new Error(`it was reviewed by ${reviewed.by}`);
        const { error } = clicksReviewed.safeParse(answer);
        if (error) throw new Error(`{"by":"your name","notes":"..."}: ${error.issues[0]?.message}`);
      },
      description: 'The report was read: {"by":"your name","notes":"..."}',
    },
  );
  setHandler(markReviewedSignal, (answer) => {
    const parsed = clicksReviewed.safeParse(answer);
    if (isWritten && reviewed === null && parsed.success) reviewed = parsed.data;
  });
  const { clicks, flags, file } = await publicRecord.readClicks.executeWithOptions({ summary: `clicks of ${month}` }, [
    { month },
  ]);
  isWritten = true;
  const since = new Date(Date.now()).toISOString();
  const told = flags.length > 0 ? flags.map((flag) => `- ${flag}`).join('\n') : 'Nothing is odd.';
  setCurrentDetails(
    `## ${clicks} clicks in ${month}\n\n${told}\n\nReport: ${file}\n\nWaits for the update \`${MARK_REVIEWED}\`.`,
  );
  let reminders = 0;
  while (!(await condition(() => reviewed !== null, request.data.remindSeconds * 1000))) {
    reminders++;
    await people.tellAlarm.executeWithOptions({ summary: `reminder ${reminders}` }, [
      {
        alarm: {
          ...{ tier: 'research', name: 'ClicksUnreviewed', about: month, severity: 'warn', since },
          ...{
            detail: `nobody has read the clicks of ${month}: ${flags.length} to look at`,
            look: `believe public reviewed --month ${month}`,
          },
        },
        number: reminders,
        level: 0,
      },
    ]);
  }
  const { by, notes } = reviewed!;
  setCurrentDetails(`## ${clicks} clicks in ${month}\n\n${told}\n\nReviewed by ${by}: ${notes}`);
  return { month, clicks, flags, reviewedBy: by, notes, reminders };
}
