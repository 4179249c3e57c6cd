import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DayResult } from '../day/run-day.js';

export interface WorkerAnswer {
  readonly seed: number;
  readonly result: DayResult;
  readonly cpuSeconds: number;
}

export interface WorkersAsk {
  readonly seeds: Iterable<number>;
  readonly jobs: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  /** @returns whether the seeds that are left shall be run */
  readonly onAnswer: (answer: WorkerAnswer) => boolean;
}

/** Runs days in processes of their own, several at once. @throws Error when one of them ends before its day does */
export async function runSeeds({ seeds, jobs, env = {}, execArgv = [], onAnswer }: WorkersAsk): Promise<void> {
  const left = seeds[Symbol.iterator]();
  const children = new Set<ChildProcess>();
  let goesOn = true;
  const lane = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), {
        env: { ...process.env, ...env },
        execArgv: ['--no-warnings', ...execArgv],
      });
      children.add(child);
      let seed: number | undefined;
      const next = () => {
        const { value, done } = goesOn ? left.next() : { value: undefined, done: true };
        seed = value as number | undefined;
        if (done === true) child.disconnect();
        else child.send({ seed });
      };
      child.on('message', (answer) => {
        goesOn = onAnswer(answer as WorkerAnswer) && goesOn;
        next();
      });
      child.once('exit', (code, signal) => {
        children.delete(child);
        if (seed === undefined) resolve();
        else reject(new Error(`the process that ran seed ${seed} ended: ${code ?? signal}`));
      });
      next();
    });
  try {
    await Promise.all(Array.from({ length: jobs }, lane));
  } finally {
    for (const child of children) child.kill();
  }
}
