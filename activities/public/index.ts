import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { writeMonthReport } from '../../research/public/month-report.js';
import type { Publisher } from '../../research/public/publisher.js';
import { clicksMonth } from '../../shared/orchestration/public/clicks-messages.js';
import { formal } from '../formal.js';
import { step } from '../step.js';
import type { PublicActivities } from './contract.js';

const LOOK_EVERY_MS = 5000;

const FORMS: Readonly<Record<keyof PublicActivities, z.ZodType>> = {
  publishRecord: z.object({ seconds: z.number().int().min(0).max(3600) }),
  readClicks: z.object({ month: clicksMonth }),
};

const FLAGS_TOLD = 20;

export interface PublicDependencies {
  /** The publisher under the roots of trust of now. */
  readonly openPublisher: () => Publisher;
  readonly monthReport: (month: string) => ReturnType<typeof writeMonthReport>;
}

export function createPublicActivities({ openPublisher, monthReport }: PublicDependencies): PublicActivities {
  return formal(FORMS, {
    publishRecord: ({ seconds }) =>
      step(async ({ signal, progress }) => {
        const publisher = openPublisher();
        const untilMs = performance.now() + seconds * 1000;
        let [entries, posts] = [0, 0];
        for (;;) {
          const one = await publisher.publish();
          entries += one.entries;
          if (one.posted.length > 0) posts++;
          progress({ doing: `${one.size} entries; ${one.waits ?? `posted ${one.posted.join(', ')}`}` });
          if (signal.aborted || performance.now() + LOOK_EVERY_MS > untilMs)
            return { entries, size: one.size, posts, waits: one.waits };
          await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
        }
      }),

    readClicks: ({ month }) =>
      step(async () => {
        const { review, file } = await monthReport(month);
        return { clicks: review.clicks, flags: review.flags.slice(0, FLAGS_TOLD), file };
      }),
  });
}
