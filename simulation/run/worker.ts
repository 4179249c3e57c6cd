import '../world/install.js';
import { runDay } from '../day/run-day.js';
import { forgive } from '../invariants/forgiven.js';
import { drawPlan } from '../plan/draw-plan.js';
import type { Plan } from '../plan/plan.js';
import type { WorkerAnswer } from './workers.js';

// A process that runs one day after the other, as its parent names them.
forgive(process.env.SIMULATION_FORGIVES ?? '');
const without = new Set((process.env.SIMULATION_WITHOUT ?? '').split(','));
/** In the place of what their seeds draw now. */
const kept = JSON.parse(process.env.SIMULATION_PLANS ?? '[]') as readonly Plan[];
process.on('message', ({ seed }: { readonly seed: number }) => {
  const started = process.cpuUsage();
  runDay(kept.find((plan) => plan.seed === seed) ?? drawPlan(seed, without)).then(
    (result) => {
      const { user, system } = process.cpuUsage(started);
      const answer: WorkerAnswer = { seed, result, cpuSeconds: (user + system) / 1e6 };
      process.send!(answer);
    },
    (error: unknown) => {
      process.stderr.write(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
