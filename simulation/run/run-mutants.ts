import type { Violation } from '../invariants/violation.js';
import { MUTANTS, type Mutant, mutantOf, type Patch } from '../mutations/mutants.js';
import type { Plan } from '../plan/plan.js';
import { runSeeds } from './workers.js';

export interface MutantsAsk {
  readonly from: number;
  /** Days at most for each mutant. */
  readonly count: number;
  readonly jobs: number;
  /** Names, with commas; empty: all. */
  readonly names: string;
  readonly forgives: string;
  readonly without: string;
  readonly json: boolean;
}

interface Outcome {
  readonly name: string;
  /** Days until it was noticed; null: it was not. */
  readonly days: number | null;
  readonly seed: number | null;
  readonly invariant: string | null;
  /** Violations of the defect alone, which the protection must stop; null where there is no defect. */
  readonly defectAlone: number | null;
}

/** Days that a defect has to live through with the protection on. */
const DEFECT_DAYS = 20;

/** Runs every mutant until a day notices it. @returns whether all were noticed, and no defect got past its protection */
export async function runMutants(ask: MutantsAsk): Promise<boolean> {
  const mutants = ask.names === '' ? MUTANTS : ask.names.split(',').map(mutantOf);
  const outcomes: Outcome[] = [];
  for (const mutant of mutants) {
    const outcome = await runMutant(mutant, ask);
    outcomes.push(outcome);
    process.stderr.write(`${row(outcome)}\n`);
  }
  process.stdout.write(ask.json ? `${JSON.stringify(outcomes)}\n` : table(outcomes));
  return outcomes.every(({ days, defectAlone }) => days !== null && (defectAlone ?? 0) === 0);
}

async function runMutant({ name, patches, defect }: Mutant, ask: MutantsAsk): Promise<Outcome> {
  const { days, first } = await untilNoticed([...patches, ...(defect ?? [])], ask, ask.count);
  const alone = defect && (await untilNoticed(defect, ask, Math.min(DEFECT_DAYS, ask.count)));
  return {
    name,
    days: first ? days : null,
    seed: first?.seed ?? null,
    invariant: first?.violation.invariant ?? null,
    defectAlone: alone ? Number(alone.first !== null) : null,
  };
}

/**
 * Plays days with these pieces of text replaced, until one notices; all of `count` where none does.
 * @param ask.plans played in the place of what their seeds would draw
 */
export async function untilNoticed(
  patches: readonly Patch[],
  ask: Pick<MutantsAsk, 'from' | 'jobs' | 'forgives' | 'without'> & { readonly plans?: readonly Plan[] },
  count: number,
) {
  const { from, jobs, forgives, without, plans = [] } = ask;
  let days = 0;
  let first: { seed: number; violation: Violation } | null = null;
  await runSeeds({
    seeds: Array.from({ length: count }, (_, i) => from + i),
    jobs,
    env: {
      ...{ SIMULATION_FORGIVES: forgives, SIMULATION_WITHOUT: without },
      ...{ SIMULATION_PATCHES: JSON.stringify(patches), SIMULATION_PLANS: JSON.stringify(plans) },
    },
    execArgv: ['--import', new URL('../mutations/register.js', import.meta.url).href],
    onAnswer: ({ seed, result }) => {
      days++;
      if (result.violation && !first) first = { seed, violation: result.violation };
      return first === null;
    },
  });
  return { days, first: first as { seed: number; violation: Violation } | null };
}

function row({ name, days, seed, invariant, defectAlone }: Outcome): string {
  const noticed = days === null ? 'NOT NOTICED' : `${days} days (seed ${seed}): ${invariant}`;
  const alone =
    defectAlone === null ? '' : defectAlone === 0 ? ', its defect alone is stopped' : ', its defect alone GETS PAST';
  return `${name.padEnd(24)} ${noticed}${alone}`;
}

function table(outcomes: readonly Outcome[]): string {
  return [
    '| switched off | days until noticed | by | seed | the defect that it stops |',
    '|---|---|---|---|---|',
    ...outcomes.map(
      ({ name, days, invariant, seed, defectAlone }) =>
        `| ${name} | ${days ?? 'not noticed'} | ${invariant ?? ''} | ${seed ?? ''} | ${defectAlone === null ? '' : defectAlone === 0 ? 'stopped' : 'gets past'} |`,
    ),
    '',
  ].join('\n');
}
