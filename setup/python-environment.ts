import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.mjs';
import { PinMismatch } from './pin-mismatch.js';

const run = promisify(execFile);
const INSTALL_LIMIT_MS = 10 * 60_000;

/**
 * The Python of a virtual environment with exactly these requirements, each with the hashes that its packages may have;
 * made once and kept in the cache folder.
 * @param requirementsFile as `uv pip compile --no-deps --generate-hashes` writes it from names and versions
 * @throws PinMismatch; Error that says what to install, where there is no Python, or pip cannot get the packages
 */
export async function pythonWith(requirementsFile: string): Promise<string> {
  const requirements = readFileSync(requirementsFile, 'utf8');
  const python = await basePython();
  const key = createHash('sha256').update(`${python.version}\n${requirements}`).digest('hex').slice(0, 16);
  const folder = path.join(cacheFolder(), 'python', `${path.basename(requirementsFile, '.requirements.txt')}-${key}`);
  if (!existsSync(folder)) await makeEnvironment(python.program, requirementsFile, folder);
  return programIn(folder);
}

const programIn = (folder: string): string =>
  process.platform === 'win32' ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python');

async function basePython(): Promise<{ program: string; version: string }> {
  const program = process.platform === 'win32' ? 'python' : 'python3';
  try {
    const { stdout } = await run(program, ['-c', 'import sys, venv; print(sys.version)']);
    return { program, version: stdout.trim() };
  } catch (error) {
    throw new Error(`${program} with the venv module cannot be run: install Python 3.11, 3.12 or 3.13`, {
      cause: error,
    });
  }
}

/** Made beside its place and moved there whole, so that an interrupted install is never mistaken for a finished one. */
async function makeEnvironment(program: string, requirements: string, folder: string): Promise<void> {
  mkdirSync(path.dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}.making-`);
  try {
    await run(program, ['-m', 'venv', work]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'];
    await run(programIn(work), [...pip, '--requirement', requirements], { timeout: INSTALL_LIMIT_MS });
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    const { stderr = '' } = error as { stderr?: string };
    if (/do not match the hashes/i.test(stderr))
      throw new PinMismatch('a Python package', `a hash of ${requirements}`, stderr.trim(), 'find out who changed it');
    if (existsSync(folder)) return;
    throw new Error(`pip cannot install ${requirements}: a package index must be reachable`, {
      cause: error,
    });
  }
}
