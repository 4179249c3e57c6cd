import { constants } from 'node:fs';
import path from 'node:path';
import { FileNode, FolderNode } from './file-node.js';
import type { Held, Owner } from './owner.js';
import type { World } from './world.js';

/** Everything below this path is on the virtual disk. */
export const DISK_ROOT = path.resolve('/believe-simulation');

export function isOnDisk(file: unknown): file is string {
  return typeof file === 'string' && file.startsWith(DISK_ROOT);
}

const BLOCK_BYTES = 4096;
/** Far above what the real system hands out. */
const FIRST_DESCRIPTOR = 1_000_000;

export function isDescriptor(descriptor: unknown): descriptor is number {
  return typeof descriptor === 'number' && descriptor >= FIRST_DESCRIPTOR;
}

/** What goes wrong on the disk at present. */
export interface DiskFaults {
  /** Bytes left for files to grow; Infinity where nothing is full. */
  freeBytes: number;
  /** So many of the next fsyncs fail with EIO. */
  failingSyncs: number;
  /** What an fsync takes beyond the usual, ms. */
  syncDelayMs: number;
}

export type DiskChange =
  | { readonly kind: 'write'; readonly file: string; readonly bytes: Uint8Array; readonly position: number }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number; readonly cut: Buffer }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'replace'; readonly file: string; readonly before: Buffer; readonly after: Buffer }
  | { readonly kind: 'remove'; readonly file: string };

interface OpenFile extends Held {
  readonly descriptor: number;
  readonly file: string;
  readonly node: FileNode | FolderNode;
  readonly owner: Owner;
  readonly appends: boolean;
  position: number;
}

/** The file system of the virtual world: what programs see, what a power cut leaves, and what can go wrong. */
export class VirtualDisk {
  readonly faults: DiskFaults = { freeBytes: Number.POSITIVE_INFINITY, failingSyncs: 0, syncDelayMs: 0 };
  /** Told of every change, before it happens (a kill may be due in its middle). */
  onChange: (change: DiskChange, owner: Owner) => void = () => {};
  private readonly root = new FolderNode(1, 0);
  private readonly open = new Map<number, OpenFile>();
  private readonly dirty = new Set<FileNode>();
  /** Undoes changes of names that no fsync has made durable yet, oldest first. */
  private readonly names: (() => void)[] = [];
  private inodes = 1;
  private descriptors = FIRST_DESCRIPTOR;

  constructor(private readonly world: World) {}

  /** Files that are there, durably, before anything happens. */
  preload(files: ReadonlyMap<string, Buffer>): void {
    for (const [file, bytes] of files) {
      const folder = this.makeFolders(path.dirname(file));
      folder.entries.set(path.basename(file), FileNode.holding(++this.inodes, this.world.wallMs, bytes));
    }
    this.names.length = 0;
  }

  openFile(file: string, flags: number): number {
    let node = this.find(file);
    if (!node) {
      if ((flags & constants.O_CREAT) === 0) throw systemError('ENOENT', 'open', file);
      node = this.createFile(file);
    } else if ((flags & constants.O_EXCL) !== 0) throw systemError('EEXIST', 'open', file);
    else if (node.kind === 'folder' && (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0)
      throw systemError('EISDIR', 'open', file);
    const descriptor = ++this.descriptors;
    const { owner } = this.world;
    const opened: OpenFile = {
      ...{ descriptor, file, node, owner, position: 0, appends: (flags & constants.O_APPEND) !== 0 },
      release: () => this.open.delete(descriptor),
    };
    this.open.set(descriptor, opened);
    owner.held.add(opened);
    if ((flags & constants.O_TRUNC) !== 0 && node.kind === 'file') this.truncateOpen(descriptor, 0);
    return descriptor;
  }

  close(descriptor: number): void {
    const opened = this.opened(descriptor, 'close');
    opened.owner.held.delete(opened);
    this.open.delete(descriptor);
  }

  read(descriptor: number, target: Uint8Array, offset: number, length: number, position: number | null): number {
    const opened = this.opened(descriptor, 'read');
    const node = fileOf(opened.node, 'read', opened.file);
    const count = node.read(target, offset, length, position ?? opened.position);
    if (position === null) opened.position += count;
    return count;
  }

  /** @returns how many bytes there was room for, at least one. @throws ENOSPC */
  write(descriptor: number, bytes: Uint8Array, position: number | null): number {
    const opened = this.opened(descriptor, 'write');
    const node = fileOf(opened.node, 'write', opened.file);
    const at = opened.appends ? node.size : (position ?? opened.position);
    const count = this.room(node, at + bytes.length) - at;
    if (count <= 0 && bytes.length > 0) throw systemError('ENOSPC', 'write', opened.file);
    const part = bytes.subarray(0, count);
    this.onChange({ kind: 'write', file: opened.file, bytes: part, position: at }, this.world.owner);
    if (this.world.owner.isAlive) this.writeNow(node, part, at);
    if (position === null) opened.position = at + count;
    return count;
  }

  /** What a kill in the middle of a write leaves of it. */
  tear(file: string, bytes: Uint8Array, position: number): void {
    const node = this.find(file);
    if (node?.kind === 'file') this.writeNow(node, bytes, position);
  }

  truncateOpen(descriptor: number, size: number): void {
    const opened = this.opened(descriptor, 'ftruncate');
    const node = fileOf(opened.node, 'ftruncate', opened.file);
    if (this.room(node, size) < size) throw systemError('ENOSPC', 'ftruncate', opened.file);
    const { file } = opened;
    this.onChange(
      { kind: 'truncate', file, size, cut: node.contents().subarray(size, node.durableSize) },
      this.world.owner,
    );
    if (!this.world.owner.isAlive) return;
    this.account(node, size);
    node.truncate(size, this.world.wallMs);
    this.dirty.add(node);
  }

  sync(descriptor: number): void {
    const opened = this.opened(descriptor, 'fsync');
    if (this.faults.failingSyncs > 0) {
      this.faults.failingSyncs--;
      throw systemError('EIO', 'fsync', opened.file);
    }
    if (!this.world.owner.isAlive) return;
    // As a journalling file system does: names that changed before are durable with whatever is synced.
    this.names.length = 0;
    if (opened.node.kind === 'file') {
      opened.node.sync();
      this.dirty.delete(opened.node);
    }
    this.onChange({ kind: 'sync', file: opened.file }, this.world.owner);
  }

  nodeOf(descriptor: number): FileNode | FolderNode {
    return this.opened(descriptor, 'fstat').node;
  }

  find(file: string): FileNode | FolderNode | undefined {
    let node: FileNode | FolderNode | undefined = this.root;
    for (const name of namesOf(file)) {
      if (node?.kind !== 'folder') return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  /** @throws ENOENT, EISDIR */
  contents(file: string): Buffer {
    return fileOf(this.findOrThrow(file, 'open'), 'read', file).contents();
  }

  findOrThrow(file: string, call: string): FileNode | FolderNode {
    const node = this.find(file);
    if (!node) throw systemError('ENOENT', call, file);
    return node;
  }

  /** @throws ENOENT, ENOTDIR */
  list(folder: string): [string, FileNode | FolderNode][] {
    const node = this.findOrThrow(folder, 'scandir');
    if (node.kind !== 'folder') throw systemError('ENOTDIR', 'scandir', folder);
    return [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  makeFolders(folder: string): FolderNode {
    let node = this.root;
    for (const name of namesOf(folder)) {
      let next = node.entries.get(name);
      if (!next) {
        if (!this.world.owner.isAlive) return new FolderNode(0, 0);
        next = new FolderNode(++this.inodes, this.world.wallMs);
        this.bind(node, name, next);
      }
      if (next.kind !== 'folder') throw systemError('ENOTDIR', 'mkdir', folder);
      node = next;
    }
    return node;
  }

  /** @throws ENOENT */
  rename(from: string, to: string): void {
    const node = this.findOrThrow(from, 'rename');
    const target = this.find(to);
    if (node.kind === 'file' && target?.kind === 'file')
      this.onChange({ kind: 'replace', file: to, before: target.contents(), after: node.contents() }, this.world.owner);
    if (!this.world.owner.isAlive) return;
    this.bind(this.folderOf(to, 'rename'), path.basename(to), node);
    this.bind(this.folderOf(from, 'rename'), path.basename(from), undefined);
  }

  /** @throws ENOENT, EEXIST */
  link(from: string, to: string): void {
    const node = fileOf(this.findOrThrow(from, 'link'), 'link', from);
    if (this.find(to)) throw systemError('EEXIST', 'link', to);
    if (!this.world.owner.isAlive) return;
    node.links++;
    this.bind(this.folderOf(to, 'link'), path.basename(to), node);
  }

  /** @throws ENOENT */
  remove(file: string): void {
    const node = this.findOrThrow(file, 'unlink');
    this.onChange({ kind: 'remove', file }, this.world.owner);
    if (!this.world.owner.isAlive) return;
    if (node.kind === 'file' && --node.links === 0) this.account(node, 0);
    this.bind(this.folderOf(file, 'unlink'), path.basename(file), undefined);
  }

  /** Whatever was not made durable is lost, or not: chance decides. */
  cutPower(): void {
    const { random } = this.world;
    const kept = Math.floor(random() * (this.names.length + 1));
    for (const undo of this.names.splice(kept).reverse()) undo();
    this.names.length = 0;
    for (const file of this.dirty) file.cutPower(random() < 0.5 ? 0 : random());
    this.dirty.clear();
  }

  private createFile(file: string): FileNode {
    const folder = this.folderOf(file, 'open');
    const node = new FileNode(++this.inodes, this.world.wallMs);
    if (this.world.owner.isAlive) this.bind(folder, path.basename(file), node);
    return node;
  }

  private writeNow(node: FileNode, bytes: Uint8Array, position: number): void {
    this.account(node, Math.max(node.size, position + bytes.length));
    node.write(bytes, position, this.world.wallMs);
    this.dirty.add(node);
  }

  /** The size up to which a file may grow towards `size` now; never less than the blocks it has. */
  private room(node: FileNode, size: number): number {
    const { freeBytes } = this.faults;
    if (freeBytes === Number.POSITIVE_INFINITY) return size;
    return Math.min(size, blockBytes(node.size) + Math.floor(Math.max(0, freeBytes) / BLOCK_BYTES) * BLOCK_BYTES);
  }

  private account(node: FileNode, size: number): void {
    this.faults.freeBytes -= blockBytes(size) - blockBytes(node.size);
  }

  private bind(folder: FolderNode, name: string, node: FileNode | FolderNode | undefined): void {
    const before = folder.entries.get(name);
    const set = (value: FileNode | FolderNode | undefined) =>
      value ? folder.entries.set(name, value) : folder.entries.delete(name);
    set(node);
    this.names.push(() => set(before));
  }

  private folderOf(file: string, call: string): FolderNode {
    const folder = this.find(path.dirname(file));
    if (folder?.kind !== 'folder') throw systemError('ENOENT', call, file);
    return folder;
  }

  private opened(descriptor: number, call: string): OpenFile {
    const opened = this.open.get(descriptor);
    if (!opened) throw systemError('EBADF', call, String(descriptor));
    return opened;
  }
}

function namesOf(file: string): string[] {
  return file
    .slice(DISK_ROOT.length)
    .split(path.sep)
    .filter((name) => name !== '');
}

function blockBytes(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}

function fileOf(node: FileNode | FolderNode, call: string, file: string): FileNode {
  if (node.kind === 'folder') throw systemError('EISDIR', call, file);
  return node;
}

/** As Node words them. */
export function systemError(code: string, syscall: string, file: string): NodeJS.ErrnoException {
  // Asked for a file that is not there many times a second: where that was is of no interest to anybody.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new Error(`${code}: simulated, ${syscall} '${file}'`);
  Error.stackTraceLimit = stackTraceLimit;
  return Object.assign(error, { code, syscall, path: file, errno: -1 });
}
