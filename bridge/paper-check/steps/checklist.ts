import { Failure } from '../../../shared/failure.js';
import type { Step } from '../step.js';

/** What nobody can make happen in a few minutes: to be looked for by a person. */
export const CHECKLIST: readonly Step[] = [
  lookFor(
    'U16',
    'Nightly restart',
    'leave an order working over the restart: what comes before the socket closes, for how long it is closed, the next id, whether executions of before are still told, whether the order keeps its permId',
  ),
  lookFor(
    'U21',
    'Expiry',
    'hold one contract over its last trading day (paper only): whether position tells 0, whether an execution comes, and when',
  ),
  lookFor(
    'U23',
    'Correction or bust',
    'search the recordings for an execId that ends in .02 or higher: whether it replaces the one before, with how many shares',
  ),
  lookFor(
    'U24',
    'Liquidation',
    'cannot be tried safely. Should it happen: whether the execution is told to a client other than 0',
  ),
];

function lookFor(id: string, title: string, does: string): Step {
  const run = async () => {
    throw new Failure('NotSeen', `look for it: ${does}`);
  };
  return { id, title, does, kind: 'checklist', orders: 0, fills: 0, run };
}
