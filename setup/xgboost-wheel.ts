import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { Failure } from '../shared/failure.js';
import { damagedFile, LIBXGBOOST_VERSION, type LibxgboostPin } from './libxgboost-pin.js';
import { PinMismatch } from './pin-mismatch.js';
import { type CommandOutcome, lastLine, runCommand } from './run-command.js';

const REQUIREMENTS = fileURLToPath(new URL('./xgboost-cpu.requirements.txt', import.meta.url));
const WHO =
  'find out who changed it: the pip index, or what lies between; name a library of your own in BELIEVE_LIBXGBOOST meanwhile';
const DOWNLOAD_TIME_LIMIT_MS = 300_000;
/** Ways to start pip, in the order tried: `py` is the launcher of Python on Windows. */
const PIPS: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['py', '-m', 'pip'],
  ['pip3'],
  ['pip'],
];

/**
 * Downloads the pinned wheel with pip (which checks the wheel's sha256) and puts the pinned files of it into `folder`,
 * replacing what is there. The folder appears whole or not at all.
 * @throws Failure `XgboostNotObtained` where no pip works or the index does not have the wheel
 */
export async function unpackXgboostWheel(folder: string, pin: LibxgboostPin, env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.obtaining-`);
  try {
    const wheel = await downloadWheel(path.join(work, 'wheel'), env);
    const wanted = new Set(Object.keys(pin.files));
    const entries = unzipSync(await readFile(wheel), { filter: (entry) => wanted.has(entry.name) });
    const unpacked = path.join(work, 'unpacked');
    for (const [name, bytes] of Object.entries(entries)) {
      const target = path.join(unpacked, ...name.split('/'));
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, bytes, { mode: 0o755, flush: true });
    }
    await putInPlace(unpacked, folder, pin, path.join(work, 'replaced'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function downloadWheel(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ['download', '--no-deps', '--only-binary=:all:', '--require-hashes', '--no-input', '--quiet'];
  const outcomes: CommandOutcome[] = [];
  for (const [command, ...prefix] of PIPS) {
    const outcome = await runCommand(command, [...prefix, ...args, '--requirement', REQUIREMENTS, '--dest', folder], {
      env,
      timeLimitMs: DOWNLOAD_TIME_LIMIT_MS,
    });
    if (outcome.status === 0) {
      const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
      if (wheel !== undefined) return path.join(folder, wheel);
    }
    if (/do not match the hashes/i.test(outcome.stderr))
      throw new PinMismatch(
        'the wheel of xgboost-cpu',
        `a hash of ${path.basename(REQUIREMENTS)}`,
        lastLine(outcome),
        WHO,
      );
    outcomes.push(outcome);
  }
  // A pip that started says more than the names that do not exist.
  const telling = outcomes.find((outcome) => outcome.status !== null && !/No module named pip/.test(outcome.stderr));
  throw new Failure(
    'XgboostNotObtained',
    telling === undefined
      ? 'the training library libxgboost is not here, and there is no Python pip to obtain it with'
      : `pip could not obtain xgboost-cpu ${LIBXGBOOST_VERSION}: ${lastLine(telling)}`,
    telling === undefined
      ? 'install Python 3 with pip (Debian: apt-get install python3-pip), or set BELIEVE_LIBXGBOOST to a libxgboost 3.x'
      : 'check the network and the pip index setting, or set BELIEVE_LIBXGBOOST to a libxgboost 3.x',
  );
}

/**
 * Another process may do the same at the same moment: a folder that it has put in place whole stays, because it may be
 * in use already. One that is damaged goes.
 */
async function putInPlace(unpacked: string, folder: string, pin: LibxgboostPin, replaced: string): Promise<void> {
  if (await moved(unpacked, folder)) return;
  if ((await damagedFile(folder, pin)) === undefined) return;
  await moved(folder, replaced);
  await moved(unpacked, folder);
}

/** Renames a folder; false where the target exists, the source is gone, or Windows holds a file of it open. */
async function moved(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(error.code ?? '')) return false;
      throw error;
    },
  );
}
