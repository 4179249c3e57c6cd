import { existsSync, readdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** `believe-<whose>-<UTC time without colons>.tar.age`: names of one home sort by time, and Windows takes them. */
export function archiveName(whose: string, atMs: number): string {
  return `believe-${whose}-${new Date(atMs).toISOString().replace(/[:.]/g, '-')}.tar.age`;
}

const NAME = /^believe-([a-z0-9][a-z0-9-]*)-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)\.tar\.age$/;

export interface Archive {
  readonly name: string;
  readonly file: string;
  readonly whose: string;
  readonly at: string;
  readonly bytes: number;
}

/** Backups in a folder, oldest first; what is being written is none yet. */
export function archivesIn(folder: string): Archive[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder).flatMap((name): Archive[] => {
    const parts = NAME.exec(name);
    const file = path.join(folder, name);
    const stats = parts === null ? undefined : statSync(file, { throwIfNoEntry: false });
    if (parts === null || !stats?.isFile()) return [];
    const at = parts[2]!.replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/, 'T$1:$2:$3.$4Z');
    return [{ name, file, whose: parts[1]!, at, bytes: stats.size }];
  });
  return found.sort((a, b) => (a.at + a.name < b.at + b.name ? -1 : 1));
}

/** This machine's name, in letters that a file name may have everywhere. */
export function hostName(): string {
  const letters = os
    .hostname()
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return letters === '' ? 'host' : letters.slice(0, 63);
}
