import type { FeatureDefinition } from './feature-definition.js';

const INTRADAY = 'time of day: Admati, Pfleiderer: A Theory of Intraday Patterns (1988)';

/** Where the newest event lies in its trading day. */
export const SESSION_FEATURES: readonly FeatureDefinition[] = [
  {
    name: 'seconds_since_open',
    family: 'session',
    formula: 't - RTH open of the trade date, negative before it; NaN on a day without RTH',
    source: INTRADAY,
    unit: 's',
    warmUp: {},
    staleness: null,
    value: ({ session, nowMs }) => session.secondsSinceOpen(nowMs),
  },
  {
    name: 'session_phase',
    family: 'session',
    formula:
      '0 before RTH, 1 its first 30 minutes, 2 the middle, 3 its last 30 minutes, 4 after it, -1 on a day without RTH',
    source: INTRADAY,
    unit: 'code',
    warmUp: {},
    staleness: null,
    value: ({ session, nowMs }) => session.phase(nowMs),
  },
];
