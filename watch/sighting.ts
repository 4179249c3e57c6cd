import type { Severity } from '../shared/alarm/alarm.js';

/** What a watchdog has found wrong. */
export interface Condition {
  /** The watchdog's own name, or the one that another process has given it. */
  readonly name: string;
  readonly about: string;
  readonly detail: string;
  /** Where it differs from the watchdog's. */
  readonly severity?: Severity;
  readonly look?: string;
}

/** One look of one watchdog. */
export interface Sighting {
  readonly watchdog: string;
  /** In plain words, with its age. */
  readonly seen: string;
  readonly state: 'well' | 'alarm' | 'unknown' | 'off';
  readonly conditions: readonly Condition[];
}

export function well(watchdog: string, seen: string): Sighting {
  return { watchdog, seen, state: 'well', conditions: [] };
}

/** There is nothing of the kind here. */
export function off(watchdog: string, seen: string): Sighting {
  return { watchdog, seen, state: 'off', conditions: [] };
}

export function bad(watchdog: string, detail: string, about = ''): Sighting {
  return { watchdog, seen: detail, state: 'alarm', conditions: [{ name: watchdog, about, detail }] };
}

export function either(watchdog: string, isBad: boolean, seen: string): Sighting {
  return isBad ? bad(watchdog, seen) : well(watchdog, seen);
}
