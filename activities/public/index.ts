import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Publisher } from '../../research/public/publisher.js';
import { formal } from '../formal.js';
import { step } from '../step.js';
import type { PublicActivities } from './contract.js';

const LOOK_EVERY_MS = 5000;

const FORMS: Readonly<Record<keyof PublicActivities, z.ZodType>> = {
  publishRecord: z.object({ seconds: z.number().int().min(0).max(3600) }),
};

/** @param open the publisher under the roots of trust of now */
export function createPublicActivities(open: () => Publisher): PublicActivities {
  return formal(FORMS, {
    publishRecord: ({ seconds }) =>
      step(async ({ signal, progress }) => {
        const publisher = open();
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
  });
}
