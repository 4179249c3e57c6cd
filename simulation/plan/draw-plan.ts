import { Draw } from './draw.js';
import { drawSetting } from './draw-setting.js';
import { drawSteps } from './draw-steps.js';
import { type Plan, playedMs } from './plan.js';

/**
 * The plan of a seed: always the same one.
 * @param without names of kinds of steps that are left out, to see what is found besides
 */
export function drawPlan(seed: number, without: ReadonlySet<string> = new Set()): Plan {
  const setting = drawSetting(new Draw(seed, 1));
  return { seed, setting, steps: drawSteps(new Draw(seed, 2), setting, playedMs(setting), without) };
}
