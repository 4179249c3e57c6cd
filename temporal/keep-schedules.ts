import type { Client } from '@temporalio/client';
import { type Config, publishes } from '../shared/config/config.js';
import type { ClockSpec } from '../shared/market/clock/market-clock.js';
import {
  CAPTURE_SCHEDULE_ID,
  CLICKS_SCHEDULE_ID,
  ensurePathSchedules,
  ensurePublishSchedule,
  JOURNAL_SCHEDULE_ID,
  MONITOR_SCHEDULE_ID,
  PUBLISH_SCHEDULE_ID,
} from './path-schedules.js';
import { dropSchedules, ensureNightlySchedule, NIGHTLY_SCHEDULE_ID } from './schedules.js';

const DAYS = [CAPTURE_SCHEDULE_ID, JOURNAL_SCHEDULE_ID, MONITOR_SCHEDULE_ID];
const RECORD = [PUBLISH_SCHEDULE_ID, CLICKS_SCHEDULE_ID];

/** The nightly ship, as the settings want it: made, brought to them, or taken away. @returns ids of what there is now */
export async function keepNightlySchedule(client: Client, { schedule }: Pick<Config, 'schedule'>): Promise<string[]> {
  if (schedule.enabled) await ensureNightlySchedule(client, schedule);
  else await dropSchedules(client, [NIGHTLY_SCHEDULE_ID]);
  return schedule.enabled ? [NIGHTLY_SCHEDULE_ID] : [];
}

/**
 * Captured days, journals, monitoring and the public record, as the settings want them.
 * @param clock null while it is not known: then none is made
 * @returns ids of what was made or brought to the settings
 */
export async function keepPathSchedules(
  client: Client,
  config: Pick<Config, 'upload' | 'public'>,
  clock: ClockSpec | null,
): Promise<string[]> {
  if (!config.upload.enabled) await dropSchedules(client, DAYS);
  if (!publishes(config) || clock === null) await dropSchedules(client, RECORD);
  if (clock === null) return [];
  if (config.upload.enabled) await ensurePathSchedules(client, clock);
  if (publishes(config)) await ensurePublishSchedule(client, clock);
  return [...(config.upload.enabled ? DAYS : []), ...(publishes(config) ? RECORD : [])];
}
