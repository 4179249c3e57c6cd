import perfHooks from 'node:perf_hooks';
import { activeWorld } from './world.js';

/** The process id of whoever runs; and no measurement of a real event loop, which would go on after its process. */
export function patchProcess(): void {
  const { pid } = process;
  Object.defineProperty(process, 'pid', { configurable: true, get: () => activeWorld()?.owner.pid ?? pid });
  const { monitorEventLoopDelay } = perfHooks;
  Object.assign(perfHooks, {
    monitorEventLoopDelay: (options?: { resolution?: number }) =>
      activeWorld() ? QUIET_LOOP : monitorEventLoopDelay(options),
  });
}

const QUIET_LOOP = {
  ...{ enable: () => true, disable: () => true, reset: () => {}, percentile: () => 0 },
  ...{ min: 0, max: 0, mean: 0, stddev: 0, exceeds: 0, count: 0, percentiles: new Map<number, number>() },
};
