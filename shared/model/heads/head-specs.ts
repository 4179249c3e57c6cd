import { F2_DOM } from './definitions/f2-dom.js';
import type { HeadDefinition } from './definitions/head-definition.js';
import { TICK_ML } from './definitions/tick-ml.js';
import { XGB_5M } from './definitions/xgb-5m.js';
import type { HeadSpec } from './head.js';

/** The heads that this code trains, in the order in which they are trained, shown, and run by releases of theirs. */
export const HEADS = [F2_DOM, XGB_5M, TICK_ML] as const satisfies readonly HeadDefinition[];
export type TrainedHeadName = (typeof HEADS)[number]['spec']['name'];
export const HEAD_NAMES: readonly TrainedHeadName[] = HEADS.map(({ spec }) => spec.name);

/** By name. A release carries its own copy, which is what the bridge runs. */
export const HEAD_SPECS = Object.fromEntries(
  HEADS.map(({ spec }): [string, HeadSpec] => [spec.name, spec]),
) as Readonly<Record<TrainedHeadName, HeadSpec>>;

/** Undefined for the head of a release or record that other code has trained. */
export function headDefinition(name: string): HeadDefinition | undefined {
  return HEADS.find(({ spec }) => spec.name === name);
}
