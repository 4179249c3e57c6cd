import { z } from 'zod';

const series = z.array(z.number()).min(2);
const share = z.number().min(0).max(1);
/** Of a row's probabilities: what rounding to six digits leaves. */
const SUM_TOLERANCE = 1e-5;

/** The file of `believe gate stats`. Nothing is annualised: ratios are per return, as the returns are given. */
export const statsInput = z
  .strictObject({
    returns: series.optional(),
    trials: z.number().int().positive().optional(),
    trialSharpes: z.array(z.number()).min(2).optional(),
    trialSharpeVariance: z.number().nonnegative().optional(),
    returnsByTrial: z.array(series).min(2).optional(),
    partitions: z.number().int().min(2).max(20).multipleOf(2).optional(),
    benchmarkSharpe: z.number().default(0),
    d: series.optional(),
    horizon: z.number().int().positive().optional(),
    lag: z.number().int().nonnegative().optional(),
    bootstrap: z
      .strictObject({
        blockLength: z.number().int().positive().optional(),
        draws: z.number().int().min(200).max(100_000).default(2000),
        seed: z.number().int().nonnegative().default(1),
        level: z.number().gt(0).lt(0.5).default(0.05),
      })
      .optional(),
    y: z.array(z.number().int().nonnegative().max(99)).min(1).optional(),
    p: z.union([z.array(share).min(1), z.array(z.array(share).min(2).max(100)).min(1)]).optional(),
  })
  .superRefine((input, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    const { returns, d, y, p } = input;
    if (!returns && !d && !y && !p) refuse('returns', 'is missing, and so are d, and y with p: give one of them');
    if (!returns) for (const field of OF_RETURNS) if (input[field] !== undefined) refuse(field, 'needs returns');
    refuseTrials(input, refuse);
    if (!d) for (const field of ['horizon', 'lag'] as const) if (input[field] !== undefined) refuse(field, 'needs d');
    if (d && (input.horizon ?? 1) >= d.length)
      refuse('horizon', `is ${input.horizon ?? 1}, and d has only ${d.length} values`);
    if (input.bootstrap && !returns && !d) refuse('bootstrap', 'needs d or returns');
    const drawn = (d ?? returns)?.length ?? Number.POSITIVE_INFINITY;
    if ((input.bootstrap?.blockLength ?? 1) > drawn)
      refuse('bootstrap', `blocks of ${input.bootstrap?.blockLength} cannot be drawn from ${drawn} values`);
    if (!y !== !p) refuse(y ? 'p' : 'y', `is missing: ${y ? 'y' : 'p'} means nothing without it`);
    if (y && p) refuseProbabilities(y, p, refuse);
  });
export type StatsInput = z.infer<typeof statsInput>;

const OF_RETURNS = ['trials', 'trialSharpes', 'trialSharpeVariance', 'returnsByTrial', 'partitions'] as const;
type Refuse = (field: string, message: string) => void;
type Trials = Pick<StatsInput, (typeof OF_RETURNS)[number]>;

function refuseTrials(
  { trials, trialSharpes, trialSharpeVariance, returnsByTrial, partitions }: Trials,
  refuse: Refuse,
): void {
  if (trialSharpes && trialSharpeVariance !== undefined)
    refuse('trialSharpeVariance', 'cannot be combined with trialSharpes');
  const listed = Math.max(trialSharpes?.length ?? 0, returnsByTrial?.length ?? 0);
  if (trials !== undefined && trials < listed) refuse('trials', `is ${trials}, but ${listed} trials are listed`);
  const periods = returnsByTrial?.[0]?.length ?? 0;
  const uneven = returnsByTrial?.findIndex((one) => one.length !== periods) ?? -1;
  if (uneven >= 0)
    refuse('returnsByTrial', `trial ${uneven} has ${returnsByTrial![uneven]!.length} returns, trial 0 has ${periods}`);
  if (partitions !== undefined && !returnsByTrial) refuse('partitions', 'needs returnsByTrial');
  if (returnsByTrial && (partitions ?? 4) > periods)
    refuse('partitions', `${partitions ?? 4} parts cannot be cut from ${periods} returns`);
}

function refuseProbabilities(y: readonly number[], p: NonNullable<StatsInput['p']>, refuse: Refuse): void {
  const classes = typeof p[0] === 'number' ? 2 : p[0]!.length;
  const beyond = y.findIndex((label) => label >= classes);
  if (p.length !== y.length) refuse('p', `has ${p.length} rows, y has ${y.length}`);
  else if (beyond >= 0) refuse('y', `row ${beyond} is class ${y[beyond]}, and p has the classes 0 to ${classes - 1}`);
  for (const [row, said] of p.entries()) {
    const problem = typeof said === 'number' ? null : problemOf(said, classes);
    if (problem === null) continue;
    // The first says enough.
    refuse('p', `row ${row} ${problem}`);
    return;
  }
}

function problemOf(said: readonly number[], classes: number): string | null {
  if (said.length !== classes) return `has ${said.length} classes, row 0 has ${classes}`;
  const sum = said.reduce((total, one) => total + one, 0);
  return Math.abs(sum - 1) > SUM_TOLERANCE ? `adds up to ${sum}, not to 1` : null;
}
