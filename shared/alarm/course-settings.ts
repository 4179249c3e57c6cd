import type { WatchConfig } from '../config/watch.js';
import type { CourseSettings } from './alarm-course.js';

/** Levels of channels: 0, and 1 when nobody answers. */
const LEVELS = 2;

export function courseSettings(config: WatchConfig): CourseSettings {
  const { quietFromHour: fromHour, quietToHour: toHour, timeZone } = config;
  return {
    repeatSeconds: { page: config.repeatPageSeconds, warn: config.repeatWarnSeconds },
    messagesALevel: config.messagesALevel,
    levels: LEVELS,
    againAfterAckSeconds: config.againAfterAckSeconds,
    flapSeconds: config.flapSeconds,
    quiet: fromHour === toHour ? null : { fromHour, toHour, timeZone },
  };
}
