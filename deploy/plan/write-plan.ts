import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageFailure } from '../../shared/failure.js';
import { syncFolder } from '../../shared/node/disk/replace-file.js';
import type { DeployFile, DeployHost } from './deploy-file.js';
import { type PlannedFile, planHost } from './plan-host.js';

/** Says that a folder is a plan of ours, which may be replaced. */
const MARK = 'believe-plan.txt';

export interface WrittenPlan {
  readonly folder: string;
  readonly hosts: readonly { readonly name: string; readonly files: readonly string[] }[];
}

/**
 * Writes a folder for each host. Nothing partial has the final name: all is written beside it, then it takes its place.
 * @throws BadInput; UsageFailure where something else lies there
 */
export function writePlan(
  file: DeployFile,
  hosts: readonly DeployHost[],
  ask: { folder: string; source: string },
): WrittenPlan {
  const folder = path.resolve(ask.folder);
  if (existsSync(folder) && !existsSync(path.join(folder, MARK)))
    throw new UsageFailure(`${folder} is there and is no plan of ours`, 'name a folder that is not there, with --to');
  const planned = hosts.map((host) => ({ name: host.name, files: planHost(file, host, ask.source) }));
  const beside = `${folder}.${process.pid}.tmp`;
  const before = `${folder}.${process.pid}.old`;
  try {
    for (const { name, files } of planned) for (const one of files) writeOne(path.join(beside, name), one);
    writeFileSync(path.join(beside, MARK), 'Written by `believe deploy plan`, and replaced by the next one.\n');
    if (existsSync(folder)) renameSync(folder, before);
    renameSync(beside, folder);
    syncFolder(path.dirname(folder));
  } finally {
    for (const left of [beside, before]) rmSync(left, { recursive: true, force: true });
  }
  return { folder, hosts: planned.map(({ name, files }) => ({ name, files: files.map((one) => one.path) })) };
}

function writeOne(folder: string, { path: name, content, isProgram }: PlannedFile): void {
  const target = path.join(folder, ...name.split('/'));
  mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
  writeFileSync(target, content, { flush: true });
  if (isProgram) chmodSync(target, 0o755);
}
