import { GATE_METHOD } from './gate-thresholds.js';
import { CLIENT_ID } from './services.js';
import { IMPROVED_RECIPES } from './training.js';

/** What could be set once. A file that still does is refused: whoever wrote it believes that it counts. */
export interface FormerSetting {
  /** Names from the root of the file, joined by dots; a field or a whole section. */
  readonly path: string;
  /** What holds now, for everybody, or where nothing of the kind does, what it was by default: a home folder may say so. */
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
    path: 'gate.pboPartitions',
    holds: GATE_METHOD.pboPartitions,
    instead: `the overfitting estimate recombines the tested dates in ${GATE_METHOD.pboPartitions} parts`,
  },
  ...formerOfGate(
    { logLossMargin: 0.005, netPnlMargin: 0.1, worseFoldShareMax: 2 / 3, deflatedSharpeDropMax: 0.05, pboWarn: 0.2 },
    'the gate compares with the prior by one family of tests, whose chance of a false hold is gate.significance',
  ),
  ...formerOfGate(
    { bootstrapDraws: 2000, bootstrapSeed: 20_250_101 },
    "intervals of the gate are those of Student's t over trade dates, which need no draws",
  ),
  ...formerOfGate(
    { costMarginFamily: [0, 0.5, 1, 1.5, 2, 3] },
    'the overfitting estimate takes the recipes that were really tried, from the ledger of trials',
  ),
  {
    path: 'training.recipes.improved',
    holds: IMPROVED_RECIPES,
    instead:
      '`--recipe improved` trains the same recipe everywhere (docs/training.md); for a recipe of your own set training.recipes.base',
  },
];

export function isFormerSetting(path: string): boolean {
  return FORMER_SETTINGS.some((setting) => setting.path === path);
}

/** What is allowed where a former setting was found. */
export function nothingInstead({ instead }: FormerSetting): string {
  return `nothing, it is no longer a setting: ${instead}`;
}

function formerOfGate(defaults: Readonly<Record<string, unknown>>, instead: string): FormerSetting[] {
  return Object.entries(defaults).map(([name, holds]) => ({ path: `gate.${name}`, holds, instead }));
}
