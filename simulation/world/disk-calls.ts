import { constants } from 'node:fs';
import path from 'node:path';
import { direntOf, statsOf } from './stats.js';
import { isDescriptor, isOnDisk, systemError } from './virtual-disk.js';
import type { World } from './world.js';

type Data = string | Uint8Array;
type Encoding = { encoding?: BufferEncoding | null; flag?: string } | BufferEncoding | null | undefined;
type Listing = { withFileTypes?: boolean; recursive?: boolean } | string | undefined;

/** The synchronous calls of `fs` on the virtual disk, by name, as Node's take them. */
export function diskCalls({ disk }: World) {
  const ofPath = <T>(file: string | number, work: (descriptor: number) => T, flags: string): T => {
    if (isDescriptor(file)) return work(file);
    const descriptor = disk.openFile(file as string, flagsOf(flags));
    try {
      return work(descriptor);
    } finally {
      disk.close(descriptor);
    }
  };
  const writeAll = (descriptor: number, data: Data) => {
    const bytes = bytesOf(data);
    for (let at = 0; at < bytes.length; ) at += disk.write(descriptor, bytes.subarray(at), null);
  };
  const statSync = (file: string, options?: { throwIfNoEntry?: boolean }) => {
    const node = disk.find(file);
    if (node) return statsOf(node);
    if (options?.throwIfNoEntry === false) return undefined;
    throw systemError('ENOENT', 'stat', file);
  };
  const readdirSync = (folder: string, options?: Listing): unknown[] => {
    const { withFileTypes = false, recursive = false } = typeof options === 'object' ? options : {};
    const found = (under: string, prefix: string): unknown[] =>
      disk.list(under).flatMap(([name, node]) => {
        const own = withFileTypes ? direntOf(name, under, node) : path.join(prefix, name);
        return recursive && node.kind === 'folder'
          ? [own, ...found(path.join(under, name), path.join(prefix, name))]
          : [own];
      });
    return found(folder, '');
  };
  const rmSync = (file: string, options: { recursive?: boolean; force?: boolean } = {}) => {
    const node = disk.find(file);
    if (!node && options.force) return;
    if (node?.kind === 'folder') {
      if (!options.recursive) throw systemError('EISDIR', 'rm', file);
      for (const [name] of disk.list(file)) rmSync(path.join(file, name), options);
    }
    disk.remove(file);
  };
  const renameSync = (from: string, to: string) => disk.rename(from, to);
  const fsyncSync = (descriptor: number) => disk.sync(descriptor);
  const ftruncateSync = (descriptor: number, size = 0) => disk.truncateOpen(descriptor, size);

  return {
    openSync: (file: string, flags: string | number = 'r') => disk.openFile(file, flagsOf(flags)),
    closeSync: (descriptor: number) => disk.close(descriptor),
    readSync(descriptor: number, target: Uint8Array, ...where: unknown[]) {
      const [offset, length, position] = placeOf(target, where);
      return disk.read(descriptor, target, offset, length, position);
    },
    writeSync(descriptor: number, data: Data, ...where: unknown[]) {
      if (typeof data === 'string') return disk.write(descriptor, bytesOf(data), (where[0] as number) ?? null);
      const [offset, length, position] = placeOf(data, where);
      return disk.write(descriptor, data.subarray(offset, offset + length), position);
    },
    ftruncateSync,
    truncateSync: (file: string, size = 0) => ofPath(file, (descriptor) => ftruncateSync(descriptor, size), 'r+'),
    fstatSync: (descriptor: number) => statsOf(disk.nodeOf(descriptor)),
    ...{ fsyncSync, fdatasyncSync: fsyncSync, statSync, lstatSync: statSync, readdirSync, rmSync, renameSync },
    existsSync: (file: string) => disk.find(file) !== undefined,
    accessSync: (file: string) => void disk.findOrThrow(file, 'access'),
    unlinkSync: (file: string) => disk.remove(file),
    linkSync: (from: string, to: string) => disk.link(from, to),
    copyFileSync: (from: string, to: string) =>
      ofPath(to, (descriptor) => writeAll(descriptor, Buffer.from(disk.contents(from))), 'w'),
    readFileSync(file: string | number, options?: Encoding) {
      const bytes = Buffer.from(isDescriptor(file) ? wholeOf(file) : disk.contents(file as string));
      const encoding = typeof options === 'string' ? options : options?.encoding;
      return encoding ? bytes.toString(encoding) : bytes;
    },
    writeFileSync(file: string | number, data: Data, options?: Encoding) {
      const flag = typeof options === 'object' ? options?.flag : undefined;
      ofPath(file, (descriptor) => writeAll(descriptor, data), flag ?? 'w');
    },
    appendFileSync: (file: string | number, data: Data) =>
      ofPath(file, (descriptor) => writeAll(descriptor, data), 'a'),
    mkdirSync(folder: string, options?: { recursive?: boolean }) {
      if (options?.recursive !== true) {
        if (disk.find(folder)) throw systemError('EEXIST', 'mkdir', folder);
        disk.findOrThrow(path.dirname(folder), 'mkdir');
      }
      disk.makeFolders(folder);
    },
    mkdtempSync(prefix: string) {
      const folder = `${prefix}${Math.random().toString(36).slice(2, 8)}`;
      disk.makeFolders(folder);
      return folder;
    },
    chmodSync: () => {},
    utimesSync: () => {},
    realpathSync: (file: string) => file,
  };

  function wholeOf(descriptor: number): Buffer {
    const node = disk.nodeOf(descriptor);
    if (node.kind === 'folder') throw systemError('EISDIR', 'read', String(descriptor));
    return node.contents();
  }
}

export type DiskCalls = ReturnType<typeof diskCalls>;

/** Whether a call of `fs` is about the virtual disk: by its first argument. */
export function isAboutDisk(first: unknown): boolean {
  return isOnDisk(first) || isDescriptor(first);
}

/** offset, length and position, given one by one or as an object. */
function placeOf(buffer: Uint8Array, where: readonly unknown[]): [number, number, number | null] {
  const named = where[0] !== null && typeof where[0] === 'object' ? (where[0] as Record<string, unknown>) : null;
  const [offset, length, position] = named ? [named.offset, named.length, named.position] : where;
  const from = (offset as number | null | undefined) ?? 0;
  const at = (position as number | bigint | null | undefined) ?? null;
  return [from, (length as number | null | undefined) ?? buffer.byteLength - from, at === null ? null : Number(at)];
}

function bytesOf(data: Data): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data;
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_EXCL } = constants;
const FLAGS: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  'w+': O_RDWR | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_TRUNC | O_EXCL,
  'wx+': O_RDWR | O_CREAT | O_TRUNC | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
  'a+': O_RDWR | O_CREAT | O_APPEND,
  ax: O_WRONLY | O_CREAT | O_APPEND | O_EXCL,
};

export function flagsOf(flags: string | number): number {
  if (typeof flags === 'number') return flags;
  const known = FLAGS[flags];
  if (known === undefined) throw new Error(`the virtual disk does not know the flags ${flags}`);
  return known;
}
