import { GATE_METHOD } from './gate-thresholds.js';
import { CLIENT_ID } from './services.js';
import { IMPROVED_RECIPES } from './training.js';

/** What could be set once. A file that still does is refused: whoever wrote it believes that it counts. */
export interface FormerSetting {
  /** Names from the root of the file, joined by dots; a field or a whole section. */
  readonly path: string;
  /** What holds now, for everybody. */
  readonly holds: unknown;
  /** The same in words, for whoever named the setting. */
  readonly instead: string;
}

export const FORMER_SETTINGS: readonly FormerSetting[] = [
  {
    path: 'gateway.clientId',
    holds: CLIENT_ID,
    instead: `the bridge is always API client ${CLIENT_ID}, because IB ties open orders to it`,
  },
  {
    path: 'gate.embargoMs',
    holds: GATE_METHOD.embargoMs,
    instead: `the gate's embargo is ${GATE_METHOD.embargoMs}, because walk-forward never trains on what starts after a test block`,
  },
  {
    path: 'gate.bootstrapSeed',
    holds: GATE_METHOD.bootstrapSeed,
    instead: `the gate's bootstrap draws from seed ${GATE_METHOD.bootstrapSeed}, so that nobody can look for a seed that passes`,
  },
  {
    path: 'gate.pboPartitions',
    holds: GATE_METHOD.pboPartitions,
    instead: `the overfitting estimate recombines the tested dates in ${GATE_METHOD.pboPartitions} parts`,
  },
  {
    path: 'gate.costMarginFamily',
    holds: GATE_METHOD.costMarginFamily,
    instead: `the overfitting estimate trades at ${GATE_METHOD.costMarginFamily.join(', ')} times the cost: a narrower family finds less`,
  },
  {
    path: 'training.recipes.improved',
    holds: IMPROVED_RECIPES,
    instead:
      '`--recipe improved` trains the same recipe everywhere (docs/training.md); for a recipe of your own set training.recipes.base',
  },
];

/** What is allowed where a former setting was found. */
export function nothingInstead({ instead }: FormerSetting): string {
  return `nothing, it is no longer a setting: ${instead}`;
}
