import { existsSync } from 'node:fs';
import path from 'node:path';
import koffi from 'koffi';
import { runCommand } from './run-command.js';

const FOLDERS = [
  '/usr/local/lib',
  '/usr/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/opt/xgboost/lib',
];

/** Path of a libxgboost that the operating system's linker knows, or undefined. */
export async function findSystemLibxgboost(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const listed = await runCommand('ldconfig', ['-p'], { timeLimitMs: 5_000 });
  const known = [...listed.stdout.matchAll(/libxgboost\.so\S* .*=> (\S+)/g)].map((match) => match[1]!);
  return [...known, ...FOLDERS.map((folder) => path.join(folder, 'libxgboost.so'))].find((file) => existsSync(file));
}

/** Version that a libxgboost reports of itself, `3.2.0`. @throws Error from the dynamic linker where it cannot be loaded */
export function libxgboostVersion(file: string): string {
  const version = koffi.load(file).func('void XGBoostVersion(_Out_ int *major, _Out_ int *minor, _Out_ int *patch)');
  const [major, minor, patch] = [[0], [0], [0]];
  version(major, minor, patch);
  return [major[0], minor[0], patch[0]].join('.');
}
