import type { World } from './world.js';

/** The usual time of an fsync, and what a fault adds. */
export function syncMs(world: World): number {
  return 0.05 + world.random() * 0.3 + world.disk.faults.syncDelayMs;
}

/** Does the work when the disk comes to it, and resolves then. It never happens where the process has ended before. */
export function later<T>(world: World, what: string, work: () => T): Promise<T> {
  const { owner } = world;
  const isSync = /^(data)?sync$/.test(what);
  owner.keptAlive++;
  return new Promise((resolve, reject) => {
    world.schedule(isSync ? syncMs(world) : 0.02 + world.random() * 0.2, owner, `disk ${what}`, () => {
      owner.keptAlive--;
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
}
