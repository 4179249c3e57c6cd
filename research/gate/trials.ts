import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import { jsonOfFormat, withoutVersion } from '../../shared/formats/version-found.js';
import { tradeDateNumber } from './fold-contract.js';

/** One candidate that was ever evaluated, passed or not: every look at the data makes luck likelier. */
export const trial = z.strictObject({
  runId: z.string().min(1),
  /** Portfolio Sharpe ratio per trade date, out of sample, after costs. */
  sharpePerDay: z.number(),
  tradeDates: z.number().int().nonnegative(),
  /** Trade date and net ticks of each tested date; none in lines from before they were kept. */
  daily: z.array(z.tuple([tradeDateNumber, z.number()])).default([]),
});
export type Trial = Readonly<z.infer<typeof trial>>;

/**
 * Every trial of the ledger, oldest first; the first line of a run id counts. A missing ledger has none; a torn last line
 * (the writer was killed) is ignored, because the run that wrote it repeats the step.
 * @throws BadInput naming the line that is no trial
 */
export async function readTrials(file: string): Promise<Trial[]> {
  const lines = (await readOrEmpty(file)).split('\n');
  lines.pop();
  const trials = new Map<string, Trial>();
  for (const [index, line] of lines.entries()) {
    const one = parseTrial(file, index + 1, line);
    if (!trials.has(one.runId)) trials.set(one.runId, one);
  }
  return [...trials.values()];
}

/** Appends a trial and waits until it is on the disk. A run id that is already there is left as it is. */
export async function recordTrial(file: string, one: Trial): Promise<void> {
  const known = await readTrials(file);
  if (known.some(({ runId }) => runId === one.runId)) return;
  await mkdir(path.dirname(file), { recursive: true });
  const ledger = await open(file, 'a+');
  try {
    // A torn last line must not swallow the new one.
    await ledger.truncate((await ledger.readFile()).lastIndexOf('\n') + 1);
    await ledger.appendFile(`${JSON.stringify({ v: 1, ...trial.parse(one) })}\n`);
    await ledger.sync();
  } finally {
    await ledger.close();
  }
}

function parseTrial(file: string, lineNumber: number, line: string): Trial {
  try {
    return trial.parse(withoutVersion('trials', jsonOfFormat('trials', file, line)));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BadInput(
      file,
      `line ${lineNumber}`,
      `is not a trial: ${(error as Error).message}`,
      'Restore the ledger from a backup: the deflation must count every trial.',
    );
  }
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
