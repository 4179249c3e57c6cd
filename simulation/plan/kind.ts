import type { Draw } from './draw.js';
import type { Action, Setting } from './plan.js';

/** A kind of step: how often a day that has it draws one, and how it is drawn. */
export interface Kind {
  readonly name: string;
  readonly perDay: number;
  readonly draw: (draw: Draw, setting: Setting) => Action;
}

/** A fault of the gateway's scripts. */
export const fault = (fields: Readonly<Record<string, unknown>>): Action => ({ do: 'gateway', fault: fields });
/** How long a process stays away. */
export const restartMs = (draw: Draw) => draw.scale(100, 8000);
