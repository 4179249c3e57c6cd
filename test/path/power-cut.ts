import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

/** One change on a disk, or a wait for it. Files are numbered, because their names change. */
type DiskStep =
  | { readonly kind: 'name'; readonly file: string; readonly from: string | null; readonly inode: number }
  | { readonly kind: 'remove'; readonly file: string }
  | { readonly kind: 'write'; readonly inode: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly inode: number; readonly size: number }
  | { readonly kind: 'sync'; readonly inode: number }
  | { readonly kind: 'sync-folder'; readonly folder: string };

/**
 * What work on a folder did to the disk, step by step, so that the disk can be had as a power cut at any of them would have left
 * it: with what was waited for, and with any part of the rest. A rename is one step, as journalling file systems do it.
 */
export class RecordedDisk {
  private readonly steps: DiskStep[] = [];
  private readonly first = new Map<string, Buffer>();

  private constructor(private readonly folder: string) {
    for (const file of filesUnder(folder)) this.first.set(file, fs.readFileSync(path.join(folder, file)));
  }

  static async of(folder: string, work: () => Promise<unknown>): Promise<RecordedDisk> {
    const disk = new RecordedDisk(folder);
    const restore = disk.record();
    try {
      await work();
    } finally {
      restore();
    }
    return disk;
  }

  get length(): number {
    return this.steps.length;
  }

  /** The file's bytes by name, after so many steps. @param survives whether a step that was not waited for has come through */
  after(count: number, survives: (step: number) => boolean): Map<string, Buffer> {
    const contents: Buffer[] = [];
    const names = new Map<string, number>();
    for (const [file, bytes] of this.first) names.set(file, contents.push(bytes) - 1);
    for (const [index, step] of this.steps.slice(0, count).entries()) {
      if (!this.isWaitedFor(index, count) && !survives(index)) continue;
      if (step.kind === 'name') {
        if (step.from !== null) names.delete(step.from);
        names.set(step.file, step.inode);
      } else if (step.kind === 'remove') names.delete(step.file);
      else if (step.kind === 'cut')
        contents[step.inode] = (contents[step.inode] ?? Buffer.alloc(0)).subarray(0, step.size);
      else if (step.kind === 'write') contents[step.inode] = written(contents[step.inode], step.at, step.bytes);
    }
    return new Map([...names].map(([file, inode]) => [file, contents[inode] ?? Buffer.alloc(0)]));
  }

  private isWaitedFor(index: number, count: number): boolean {
    const step = this.steps[index]!;
    const later = this.steps.slice(index + 1, count);
    if (step.kind === 'write' || step.kind === 'cut')
      return later.some((one) => one.kind === 'sync' && one.inode === step.inode);
    if (step.kind !== 'name' && step.kind !== 'remove') return true;
    const folders = [step.file, ...(step.kind === 'name' && step.from !== null ? [step.from] : [])].map(path.dirname);
    return later.some((one) => one.kind === 'sync-folder' && folders.includes(one.folder));
  }

  private record(): () => void {
    const { steps, folder } = this;
    const table = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
    const real = { ...table };
    const inodes = new Map<string, number>([...this.first.keys()].map((file, index) => [file, index]));
    let inodeCount = inodes.size;
    const open = new Map<number, { inode: number } | { folder: string }>();
    const nameOf = (file: unknown) => path.relative(folder, String(file));
    const isOurs = (file: unknown) => typeof file === 'string' && !nameOf(file).startsWith('..');
    const inodeOf = (descriptor: unknown) => {
      const held = open.get(descriptor as number);
      return held && 'inode' in held ? held.inode : undefined;
    };
    const patched: Record<string, (...args: unknown[]) => unknown> = {
      openSync: (...args) => {
        const [file, flags] = args;
        const existed = fs.existsSync(String(file));
        const descriptor = real.openSync!(...args) as number;
        if (!isOurs(file)) return descriptor;
        const name = nameOf(file);
        if (existed && fs.statSync(String(file)).isDirectory())
          open.set(descriptor, { folder: name === '' ? '.' : name });
        else {
          if (!existed) {
            inodes.set(name, inodeCount);
            steps.push({ kind: 'name', file: name, from: null, inode: inodeCount++ });
          } else if (flags === 'w') steps.push({ kind: 'cut', inode: inodes.get(name)!, size: 0 });
          open.set(descriptor, { inode: inodes.get(name)! });
        }
        return descriptor;
      },
      writeSync: (...args) => {
        const done = real.writeSync!(...args) as number;
        const [descriptor, bytes, offset, , at] = args as [number, Buffer, number, number, number];
        const inode = inodeOf(descriptor);
        // Without a position it is a part of writeFileSync, which is recorded as a whole.
        if (inode !== undefined && typeof at === 'number')
          steps.push({ kind: 'write', inode, at, bytes: Buffer.from(bytes.subarray(offset, offset + done)) });
        return done;
      },
      writeFileSync: (...args) => {
        const inode = typeof args[0] === 'number' ? inodeOf(args[0]) : undefined;
        if (inode !== undefined) steps.push({ kind: 'write', inode, at: 0, bytes: Buffer.from(args[1] as Buffer) });
        return real.writeFileSync!(...args);
      },
      ftruncateSync: (...args) => {
        const inode = inodeOf(args[0]);
        if (inode !== undefined) steps.push({ kind: 'cut', inode, size: args[1] as number });
        return real.ftruncateSync!(...args);
      },
      renameSync: (...args) => {
        real.renameSync!(...args);
        if (!isOurs(args[0])) return;
        const [from, file] = [nameOf(args[0]), nameOf(args[1])];
        const inode = inodes.get(from)!;
        inodes.delete(from);
        inodes.set(file, inode);
        steps.push({ kind: 'name', file, from, inode });
      },
      rmSync: (...args) => {
        const existed = fs.existsSync(String(args[0]));
        real.rmSync!(...args);
        if (!existed || !isOurs(args[0])) return;
        inodes.delete(nameOf(args[0]));
        steps.push({ kind: 'remove', file: nameOf(args[0]) });
      },
      closeSync: (...args) => {
        open.delete(args[0] as number);
        return real.closeSync!(...args);
      },
    };
    for (const name of ['fsyncSync', 'fdatasyncSync'])
      patched[name] = (...args) => {
        const held = open.get(args[0] as number);
        if (held && 'inode' in held) steps.push({ kind: 'sync', inode: held.inode });
        else if (held) steps.push({ kind: 'sync-folder', folder: held.folder });
        // Nothing here is meant to outlive this machine.
        return undefined;
      };
    Object.assign(table, patched);
    syncBuiltinESMExports();
    return () => {
      for (const name of Object.keys(patched)) table[name] = real[name]!;
      syncBuiltinESMExports();
    };
  }
}

/** Writes such a disk into a folder. */
export function layOut(folder: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [file, bytes] of files) {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), bytes);
  }
}

function filesUnder(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

function written(before: Buffer | undefined, at: number, bytes: Buffer): Buffer {
  const grown = Buffer.alloc(Math.max(before?.length ?? 0, at + bytes.length));
  before?.copy(grown);
  bytes.copy(grown, at);
  return grown;
}
