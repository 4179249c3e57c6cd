import { z } from 'zod';
import { alarm } from '../../shared/alarm/alarm.js';
import { acknowledgeLink } from '../../watch/acknowledge-link.js';
import { messageOf } from '../../watch/channels/message-of.js';
import type { Deliveries } from '../../watch/deliver.js';
import { isSilenced, readSilences } from '../../watch/silences.js';
import { formal } from '../formal.js';
import { step } from '../step.js';
import type { AlarmActivities } from './contract.js';

export interface AlarmDependencies {
  readonly deliveries: Deliveries;
  readonly silencesFile: string;
  readonly linkKeyFile: string;
  /** Where the monitoring page is reached; null where no message has a link. */
  readonly pageUrl: string | null;
}

const FORMS: Readonly<Record<keyof AlarmActivities, z.ZodType>> = {
  tellAlarm: z.object({
    alarm,
    number: z.union([z.literal('end'), z.number().int().positive()]),
    level: z.number().int().nonnegative(),
  }),
};

export function createAlarmActivities({
  deliveries,
  silencesFile,
  linkKeyFile,
  pageUrl,
}: AlarmDependencies): AlarmActivities {
  return formal(FORMS, {
    tellAlarm: ({ alarm: one, number, level }) =>
      step(async () => {
        const silentUntilMs = number === 'end' ? null : isSilenced(readSilences(silencesFile), one, Date.now());
        if (silentUntilMs !== null) return { told: [], failed: [], silentUntilMs };
        const link = pageUrl === null || number === 'end' ? null : acknowledgeLink(pageUrl, linkKeyFile, one);
        const { told, failed } = await deliveries.deliver(messageOf(one, number, link), level);
        return { told, failed: failed.map(({ channel, reason }) => `${channel}: ${reason}`), silentUntilMs: null };
      }),
  });
}
