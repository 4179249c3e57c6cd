import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/** File name of a program on this platform. */
export const programFile = (name: string) => (process.platform === 'win32' ? `${name}.exe` : name);

/** Absolute path of the first program of that name on PATH, or undefined. */
export async function findOnPath(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  // Windows spells it Path; a copy of process.env keeps that spelling.
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of folders) {
    const file = path.join(folder, programFile(name));
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
