import { enterWorld, World } from '../../simulation/world/world.js';

const realImmediate = setImmediate;

/** Runs a process in a world of its own until it ends. @returns what it told. @throws what it threw */
export function inWorld(
  work: (tell: (what: string) => void, world: World) => Promise<void>,
  seed = 1,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    realImmediate(() => {
      const told: string[] = [];
      const world = new World(seed, Date.UTC(2019, 7, 29));
      let isOver = false;
      let failure: unknown;
      world.schedule(0, world.createOwner('test'), 'main', () => {
        work((what) => told.push(what), world)
          .catch((error: unknown) => {
            failure = error;
          })
          .finally(() => {
            isOver = true;
          });
      });
      enterWorld(world);
      while (!isOver && world.step());
      enterWorld(null);
      if (failure !== undefined) reject(failure);
      else resolve(told);
    });
  });
}
