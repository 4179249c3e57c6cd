import { ALL_STEPS, stepsNamed } from '../../bridge/paper-check/all-steps.js';
import type { Patience } from '../../bridge/paper-check/patience.js';
import type { Person } from '../../bridge/paper-check/person.js';
import { rehearse } from '../../bridge/paper-check/rehearse.js';
import type { RehearsalReport } from '../../bridge/paper-check/report.js';
import type { Config, ConfigInput } from '../../shared/config/config.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { GatewayOptions } from '../../simulator/gateway.js';
import { QUICK, Rig } from './rig.js';

/** As in earnest, with less patience. */
export const HASTY: Patience = {
  ...{ answerMs: 3000, settleMs: 100, personMs: 5000, closeMs: 5000 },
  ...{ raceMs: 20, raceTries: 4, fills: 4 },
  ...{ sessionEndMs: 10_000, afterSessionMs: 5000 },
};

/** Steps that send orders or ask questions, and need neither a person nor a certain hour. */
export const STEPS_ALONE = ALL_STEPS.filter(({ id, kind }) => kind === 'alone' && id !== 'U9' && id !== 'U10').map(
  ({ id }) => id,
);

/** Nobody at the terminal; every step may be done. */
export const NOBODY: Person = { allows: async () => true, skips: null, progress: () => {} };

/** A person who does what is asked for, by doing it to the gateway. */
export function handy(act: (instruction: string) => void): Person {
  return {
    ...NOBODY,
    skips: (instruction) => {
      act(instruction);
      return new Promise(() => {});
    },
  };
}

export interface PaperOptions {
  readonly person?: Person;
  readonly signal?: AbortSignal;
  readonly clock?: MarketClock;
  readonly config?: Config;
  readonly patience?: Partial<Patience>;
}

/** A gateway with an account that is no richer than a usual paper account. */
export function startPaperRig(options: { gateway?: Partial<GatewayOptions>; config?: ConfigInput } = {}): Promise<Rig> {
  const settings = { startCash: 1e6, ...options.gateway?.settings };
  return Rig.start({ ...options, gateway: { ...options.gateway, settings } });
}

export function rehearseOn(rig: Rig, ids: readonly string[], options: PaperOptions = {}): Promise<RehearsalReport> {
  return rehearse({
    ...{ config: rig.config, clock: rig.clock, steps: stepsNamed(ids), person: NOBODY },
    ...{ signal: new AbortController().signal, timeouts: QUICK.timeouts },
    ...options,
    patience: { ...HASTY, ...options.patience },
  });
}

/** `U7 buy 10 % away: taken (simulator: taken)`, for those that are not the same. */
export function notTheSame(report: RehearsalReport): string[] {
  return report.steps.flatMap(({ id, verdict, why, observations }) => {
    const others = observations.filter((one) => one.verdict !== 'same' && one.verdict !== 'no counterpart');
    const told = others.map((one) => `${id} ${one.question}: ${one.observed} (simulator: ${one.simulator})`);
    return told.length === 0 && verdict === 'not seen' ? [`${id}: ${why}`] : told;
  });
}
