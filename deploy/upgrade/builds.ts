import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Failure } from '../../shared/failure.js';
import { syncFolder } from '../../shared/node/disk/replace-file.js';
import { readJson } from '../../shared/node/files/read-json.js';
import { buildsFolderOf } from './builds-folder.js';

/**
 * Builds of the product side by side, and the one that services start: `program` is a link to it. A process that was started through
 * the link goes on with the files of its own build, because Node resolves the link once, when it starts.
 */
export class Builds {
  readonly folder: string;
  private readonly next: string;

  constructor(readonly program: string) {
    this.folder = buildsFolderOf(program);
    this.next = `${program}.next`;
  }

  /** Name of the build that `program` leads to. @throws Failure 'UpgradeRefused' where nothing of ours lies there */
  current(): string {
    this.endSwitch();
    const stat = lstatSync(this.program, { throwIfNoEntry: false });
    if (stat === undefined) throw refused(`there is nothing at ${this.program}`, 'install first: docs/deploy.md');
    if (!stat.isSymbolicLink()) return buildName(this.program);
    const target = path.resolve(path.dirname(this.program), readlinkSync(this.program));
    if (path.dirname(target) === this.folder && existsSync(target)) return path.basename(target);
    throw refused(`${this.program} leads to ${target}`, `let it lead to a build in ${this.folder}`);
  }

  pathOf(build: string): string {
    return path.join(this.folder, build);
  }

  /** Where a build lies, also one that was never moved beside others. @throws Failure 'UpgradeRefused' where it is gone */
  placeOf(build: string): string {
    if (this.has(build)) return this.pathOf(build);
    if (this.current() === build) return this.program;
    throw refused(`${build} is gone from ${this.folder}`, 'bring it back: its ships need it (docs/upgrade.md)');
  }

  has(build: string): boolean {
    return existsSync(this.pathOf(build));
  }

  names(): string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  }

  /** Services pass through it, whatever may be read of what this command makes. */
  openFolder(): void {
    mkdirSync(this.folder, { recursive: true });
    if (process.platform !== 'win32') chmodSync(this.folder, 0o755);
  }

  /** What was unpacked as a plain folder becomes one build among others, with a link in its place. */
  adopt(): void {
    if (lstatSync(this.program).isSymbolicLink()) return;
    const target = this.pathOf(buildName(this.program));
    this.openFolder();
    this.prepare(target);
    renameSync(this.program, target);
    this.endSwitch();
  }

  /** From here on services start this build. On Windows, where a link is not replaced at once, there is none for a moment. */
  pointTo(build: string): void {
    this.prepare(this.pathOf(build));
    if (process.platform === 'win32') unlinkSync(this.program);
    renameSync(this.next, this.program);
    syncFolder(path.dirname(this.program));
  }

  remove(build: string): void {
    const leaving = path.join(this.folder, `.leaving-${build}`);
    if (this.has(build)) renameSync(this.pathOf(build), leaving);
    rmSync(leaving, { recursive: true, force: true, maxRetries: 5 });
  }

  private prepare(target: string): void {
    rmSync(this.next, { force: true });
    symlinkSync(target, this.next, process.platform === 'win32' ? 'junction' : 'dir');
  }

  /** A switch that was cut between taking away and putting in its place. */
  private endSwitch(): void {
    const isThere = (file: string) => lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    if (isThere(this.program) || !isThere(this.next)) return;
    if (existsSync(this.next)) renameSync(this.next, this.program);
  }
}

const manifest = z.object({ version: z.string().regex(/^[0-9A-Za-z.-]{1,64}$/) });

/** Version and commit: `0.1.0-0b1f8fc85b50`. @throws Failure 'UpgradeRefused' for what is no bundle */
export function buildName(folder: string): string {
  const version = readJson(path.join(folder, 'package.json'), manifest)?.version;
  const commitFile = path.join(folder, 'code-commit');
  const commit = existsSync(commitFile) ? readFileSync(commitFile, 'utf8').trim() : '';
  if (version === undefined || !/^[0-9a-f]{12,64}$/.test(commit))
    throw refused(`${folder} is no build: it has no package.json, or no code-commit`, 'name a bundle: docs/upgrade.md');
  return `${version}-${commit.slice(0, 12)}`;
}

export const refused = (message: string, fix: string): Failure => new Failure('UpgradeRefused', message, fix);
