import { CancellationScope, sleep } from '@temporalio/workflow';
import type { PathLog } from './path-log.js';

const SAY_AFTER = '90s';

/** Runs a step, and says so where it takes long: an outage shows as what it is, and not as silence. */
export async function sayingWhatWaits<T>(log: PathLog, what: string, step: () => Promise<T>): Promise<T> {
  const saying = new CancellationScope();
  void saying
    .run(async () => {
      const since = new Date(Date.now()).toISOString().slice(0, 16);
      await sleep(SAY_AFTER);
      log.remark(
        `Waiting since ${since}Z for ${what}. It is tried again and again; the reason is under Pending Activities.`,
      );
    })
    .catch(() => {});
  try {
    return await step();
  } finally {
    saying.cancel();
  }
}
