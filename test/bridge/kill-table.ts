import { KILL_MOMENTS } from './kill-moments.js';

/** One kill: what it left behind, and what became of it. */
export interface Kill {
  readonly moment: string;
  readonly delayMs: number;
  /** In the journal or at the gateway. */
  readonly orderLive: boolean;
  /** Journal and gateway did not say the same of an order, an execution or the position. */
  readonly differed: boolean;
  /** After the restart they did. */
  agreed: boolean;
}

const COLUMNS = ['kills', 'order live', 'differed', 'agreed after'] as const;

/** Moment -> how many kills, how many of them with an order live, ... */
export function killTable(kills: readonly Kill[]): string {
  const counts = (some: readonly Kill[]) => [
    some.length,
    some.filter(({ orderLive }) => orderLive).length,
    some.filter(({ differed }) => differed).length,
    some.filter(({ agreed }) => agreed).length,
  ];
  const rows = KILL_MOMENTS.map(({ name }) => [name, ...counts(kills.filter(({ moment }) => moment === name))]);
  const table = [['killed at', ...COLUMNS], ...rows, ['all', ...counts(kills)]];
  return table
    .map(([name, ...cells]) => `${String(name).padEnd(40)}${cells.map((cell) => String(cell).padStart(14)).join('')}`)
    .join('\n');
}
