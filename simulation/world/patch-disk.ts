import fs from 'node:fs';
import promises from 'node:fs/promises';
import { type DiskCalls, diskCalls, isAboutDisk } from './disk-calls.js';
import { later, syncMs } from './disk-time.js';
import { VirtualHandle } from './virtual-handle.js';
import { activeWorld, type World } from './world.js';

type Call = (...args: unknown[]) => unknown;

const callsOf = new WeakMap<World, DiskCalls>();

function callsFor(world: World): DiskCalls {
  let calls = callsOf.get(world);
  if (!calls) {
    calls = diskCalls(world);
    callsOf.set(world, calls);
  }
  return calls;
}

/** Calls of `fs/promises` that do what a synchronous one does. */
const LIKE_SYNC: Readonly<Record<string, keyof DiskCalls>> = {
  rename: 'renameSync',
  rm: 'rmSync',
  unlink: 'unlinkSync',
  stat: 'statSync',
  lstat: 'lstatSync',
  readFile: 'readFileSync',
  writeFile: 'writeFileSync',
  appendFile: 'appendFileSync',
  readdir: 'readdirSync',
  mkdir: 'mkdirSync',
  mkdtemp: 'mkdtempSync',
  access: 'accessSync',
  link: 'linkSync',
  truncate: 'truncateSync',
  copyFile: 'copyFileSync',
  chmod: 'chmodSync',
};

/**
 * Calls of `fs` and `fs/promises` about the virtual disk go there, all others to the real one. A call that the virtual
 * disk does not know fails: it must not reach the real disk unnoticed.
 */
export function patchDisk(): void {
  patchAll(fs as unknown as Record<string, unknown>, (name, args) => {
    const world = activeWorld()!;
    const call = (callsFor(world) as unknown as Record<string, Call | undefined>)[name];
    if (name === 'fdatasync') return syncLater(world, args[0] as number, args[1] as (error: unknown) => void);
    if (!call) throw new Error(`the virtual disk does not know fs.${name}`);
    if (/^f(data)?sync/.test(name)) world.burn(syncMs(world));
    return call(...args);
  });
  patchAll(promises as unknown as Record<string, unknown>, (name, args) => {
    const world = activeWorld()!;
    if (name === 'open') return later(world, 'open', () => VirtualHandle.open(world, args[0] as string, args[1]));
    const sync = LIKE_SYNC[name];
    if (!sync) throw new Error(`the virtual disk does not know fs/promises.${name}`);
    return later(world, name, () => (callsFor(world)[sync] as Call)(...args));
  });
}

function syncLater(world: World, descriptor: number, tell: (error: unknown) => void): void {
  later(world, 'datasync', () => callsFor(world).fdatasyncSync(descriptor)).then(() => tell(null), tell);
}

function patchAll(module: Record<string, unknown>, virtually: (name: string, args: unknown[]) => unknown): void {
  for (const [name, real] of Object.entries(module)) {
    if (typeof real !== 'function' || /^[A-Z_]/.test(name)) continue;
    const patched: Call = (...args) =>
      activeWorld() !== null && isAboutDisk(args[0]) ? virtually(name, args) : (real as Call).apply(module, args);
    module[name] = Object.assign(patched, real);
  }
}
