import type { Dirent, Stats } from 'node:fs';
import type { FileNode, FolderNode } from './file-node.js';

type Node = FileNode | FolderNode;

const kindOf = (node: Node) => ({
  isFile: () => node.kind === 'file',
  isDirectory: () => node.kind === 'folder',
  isSymbolicLink: () => false,
  isFIFO: () => false,
  isSocket: () => false,
  isBlockDevice: () => false,
  isCharacterDevice: () => false,
});

export function statsOf(node: Node): Stats {
  const { mtimeMs, ino } = node;
  const mtime = new Date(mtimeMs);
  const times = { mtimeMs, ctimeMs: mtimeMs, atimeMs: mtimeMs, birthtimeMs: mtimeMs };
  return {
    ...kindOf(node),
    ...{ size: node.kind === 'file' ? node.size : 0, ino, nlink: node.kind === 'file' ? node.links : 1 },
    ...{ ...times, mtime, ctime: mtime, atime: mtime, birthtime: mtime },
    ...{ mode: node.kind === 'file' ? 0o100644 : 0o40755, dev: 1, uid: 0, gid: 0, rdev: 0, blksize: 4096 },
    blocks: node.kind === 'file' ? Math.ceil(node.size / 4096) * 8 : 0,
  } as Stats;
}

export function direntOf(name: string, parentPath: string, node: Node): Dirent {
  return { ...kindOf(node), name, parentPath } as Dirent;
}
